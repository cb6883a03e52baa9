import type { TicketKeys } from '../status-ticket.ts'

/** The keys made from one secret: no two uses share a key, so that nothing made for one passes for another. */
export interface Keys {
  /** Encrypts tokens in the store. */
  tokens: CryptoKey
  /** Signs the cookie of a sign-in that has started. */
  signIn: ArrayBuffer
  /** Signs the cookie of a user who has signed in. */
  session: ArrayBuffer
}

/** The keys of every secret: the first ones write, and all of them can read. */
export type Keyring = () => Promise<readonly [Keys, ...Keys[]]>

export function createKeyring([first, ...others]: TicketKeys): Keyring {
  let keys: readonly [Keys, ...Keys[]] | undefined
  return async () => {
    // Not the promise: on Workers, one request must not wait for another's.
    keys ??= [await deriveKeys(first), ...(await Promise.all(others.map(deriveKeys)))]
    return keys
  }
}

/** RFC 5869 */
async function deriveKeys(secret: string): Promise<Keys> {
  const bytes = new TextEncoder().encode(secret)
  const source = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey', 'deriveBits'])
  const use = (name: string): HkdfParams => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: new TextEncoder().encode(`hono-x-media/oauth ${name}`),
  })
  const [tokens, signIn, session] = await Promise.all([
    crypto.subtle.deriveKey(use('tokens'), source, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    crypto.subtle.deriveBits(use('sign-in'), source, 256),
    crypto.subtle.deriveBits(use('session'), source, 256),
  ])
  return { tokens, signIn, session }
}
