import { sign, verify } from 'hono/jwt'
import type { Clock } from './lib/clock.ts'
import { toHex } from './lib/encoding.ts'
import { ID_PATTERN } from './x/limits.ts'

/** Proof that a subject uploaded a media, with what we know of it: no store is needed to answer for it. */
export interface Ticket {
  mediaId: string
  subject: string
  /** When X forgets the media and the ticket expires, epoch seconds. */
  expiresAt: number
  /** Set when X had nothing to process, so it has no status for this media. */
  done?: { mediaKey?: string; size?: number }
}

/** Shortest key, bytes: RFC 7518 section 3.2 asks for the length of the hash. */
export const MIN_SECRET_BYTES = 32

/** The clocks of instances may differ by this much, in seconds: a ticket works for so long after it has expired. */
const CLOCK_TOLERANCE_SECS = 60

/** The keys of tickets. The first one signs, and any one verifies, so that a key can be replaced while tickets live. */
export type TicketKeys = readonly [signing: string, ...others: string[]]

/** Reads a secret, which is one key or a list of keys. Undefined when there is none, or when one is too short. */
export function ticketKeys(secret: unknown): TicketKeys | undefined {
  const [signing, ...others]: unknown[] = Array.isArray(secret) ? secret : [secret]
  return isKey(signing) && others.every(isKey) ? [signing, ...others] : undefined
}

/**
 * What is wrong with a secret that `ticketKeys` does not read, as the rest of a sentence. Shows nothing of it but its length.
 *
 * @param kinds What else it can be, such as `or a list of such strings`.
 */
export function secretMistake(secret: unknown, kinds: string): string {
  if (typeof secret === 'string' && secret !== '') return `has ${byteLength(secret)} bytes, needs ${MIN_SECRET_BYTES}`
  return `must be a string of at least ${MIN_SECRET_BYTES} bytes, ${kinds}`
}

function isKey(key: unknown): key is string {
  return typeof key === 'string' && byteLength(key) >= MIN_SECRET_BYTES
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Signs a ticket as a JSON Web Token (RFC 7519) under HMAC-SHA256. */
export async function issueTicket(ticket: Ticket, [signingKey]: TicketKeys): Promise<string> {
  const claims = {
    sub: await fingerprint(ticket.subject),
    mid: ticket.mediaId,
    exp: ticket.expiresAt,
    ...(ticket.done === undefined ? {} : { done: true, key: ticket.done.mediaKey, size: ticket.done.size }),
  }
  return await sign(claims, await importKey(signingKey), 'HS256')
}

/** Importing a key takes as long as signing, and an app has few. */
const importKey = remembered(16, async (text) => {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return await crypto.subtle.importKey('raw', new TextEncoder().encode(text), algorithm, false, ['sign', 'verify'])
})

/** Remembers the results of a function. Forgets them all when there are `max`. */
function remembered<Value>(max: number, make: (text: string) => Promise<Value>): (text: string) => Promise<Value> {
  const results = new Map<string, Value>()
  return async (text) => {
    const known = results.get(text)
    if (known !== undefined) return known
    const value = await make(text)
    if (results.size >= max) results.clear()
    results.set(text, value)
    return value
  }
}

/** The ticket, if it is genuine, unexpired, and for this media and subject. Undefined otherwise, whatever is wrong. */
export async function readTicket(
  token: string,
  { mediaId, subject }: Pick<Ticket, 'mediaId' | 'subject'>,
  keys: TicketKeys,
  clock: Pick<Clock, 'now'>,
): Promise<Ticket | undefined> {
  const claims = await verifySignature(token, keys)
  if (claims === undefined) return undefined
  if (claims['mid'] !== mediaId || !ID_PATTERN.test(mediaId) || claims['sub'] !== (await fingerprint(subject))) {
    return undefined
  }
  const { exp, done, key: mediaKey, size } = claims
  if (typeof exp !== 'number' || exp + CLOCK_TOLERANCE_SECS <= clock.now() / 1000) return undefined
  return {
    mediaId,
    subject,
    expiresAt: exp,
    ...(done === true
      ? {
          done: {
            ...(typeof mediaKey === 'string' ? { mediaKey } : {}),
            ...(typeof size === 'number' ? { size } : {}),
          },
        }
      : {}),
  }
}

async function verifySignature(token: string, keys: TicketKeys): Promise<Record<string, unknown> | undefined> {
  for (const key of keys) {
    // `verify` tolerates no difference between clocks, so the expiry is checked by `readTicket`.
    const claims = await verify(token, await importKey(key), { alg: 'HS256', exp: false }).catch(() => undefined)
    if (claims !== undefined) return claims
  }
  return undefined
}

/** Subjects are often names or mail addresses, and tickets travel in URLs, which end up in logs. */
const fingerprint = remembered(1000, async (subject) => {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subject)))
  return toHex(hash.subarray(0, 16))
})
