import { encodeBase64 } from 'hono/utils/encode'
import { decodeBase64 } from '../lib/encoding.ts'
import type { Keyring } from './keyring.ts'

/** Bytes of the random start of each text. NIST SP 800-38D section 8.2 */
const IV_BYTES = 12

/** Encrypts a text with AES-GCM. It opens only with the same `context`, so that nobody can move it to another user. */
export async function sealText(text: string, context: string, keyring: Keyring): Promise<string> {
  const [{ tokens: key }] = await keyring()
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const encrypted = await crypto.subtle.encrypt(parameters(iv, context), key, new TextEncoder().encode(text))
  const sealed = new Uint8Array(IV_BYTES + encrypted.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(encrypted), IV_BYTES)
  return encodeBase64(sealed.buffer)
}

/** Decrypts a text; undefined when no key of the ring opens it. */
export async function openText(sealed: string, context: string, keyring: Keyring): Promise<string | undefined> {
  for (const { tokens: key } of await keyring()) {
    try {
      const bytes = decodeBase64(sealed)
      const iv = bytes.subarray(0, IV_BYTES)
      return new TextDecoder().decode(
        await crypto.subtle.decrypt(parameters(iv, context), key, bytes.subarray(IV_BYTES)),
      )
    } catch {
      // Another key may open it.
    }
  }
  return undefined
}

function parameters(iv: Uint8Array<ArrayBuffer>, context: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) }
}
