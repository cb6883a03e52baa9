import { sign, verify } from 'hono/jwt'
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

/** Whether a key is long enough to sign tickets. */
export function isSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && new TextEncoder().encode(secret).length >= MIN_SECRET_BYTES
}

/** Signs a ticket as a JSON Web Token (RFC 7519) under HMAC-SHA256. */
export async function issueTicket(ticket: Ticket, secret: string): Promise<string> {
  const claims = {
    sub: await fingerprint(ticket.subject),
    mid: ticket.mediaId,
    exp: ticket.expiresAt,
    ...(ticket.done === undefined ? {} : { done: true, key: ticket.done.mediaKey, size: ticket.done.size }),
  }
  return await sign(claims, secret, 'HS256')
}

/** The ticket, if it is genuine, unexpired, and for this media and subject. Undefined otherwise, whatever is wrong. */
export async function readTicket(
  token: string,
  mediaId: string,
  subject: string,
  secret: string,
): Promise<Ticket | undefined> {
  let claims: Record<string, unknown>
  try {
    claims = await verify(token, secret, 'HS256')
  } catch {
    return undefined
  }
  if (claims['mid'] !== mediaId || !ID_PATTERN.test(mediaId) || claims['sub'] !== (await fingerprint(subject))) {
    return undefined
  }
  const { exp, done, key: mediaKey, size } = claims
  if (typeof exp !== 'number') return undefined
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

/** Subjects are often names or mail addresses, and tickets travel in URLs, which end up in logs. */
async function fingerprint(subject: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subject)))
  return toHex(hash.subarray(0, 16))
}
