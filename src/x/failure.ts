import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { isRecord } from '../lib/is-record.ts'
import type { XStep } from './dialects/dialect.ts'
import type { XResponse } from './transport.ts'

/** Whether to send the same request again after a failed call, and when. */
export type RetryAdvice =
  | { kind: 'never' }
  | { kind: 'backoff' }
  /** Not before `waitMs` milliseconds have passed. */
  | { kind: 'wait'; waitMs: number }
  /** With a new token. */
  | { kind: 'new_token' }

export interface CallFailure {
  error: XMediaError
  advice: RetryAdvice
}

const NEVER: RetryAdvice = { kind: 'never' }
const BACKOFF: RetryAdvice = { kind: 'backoff' }

/** The most characters of X's reason that a client sees. */
const MAX_REASON_CHARACTERS = 300

/** X has answered 2xx, but not with what the call is for: with a web page, cut-off JSON, no media, or another one. */
export class UnreadableResponse extends XMediaError {
  constructor(step: XStep) {
    super('x_unavailable', `X’s response to the ${step} call cannot be read.`)
  }
}

/** Whether X refused the file itself, so that sending it again is no use. */
export function isRejectedByX(error: unknown): error is XMediaError {
  return error instanceof XMediaError && error.code === 'x_rejected_media'
}

/** The failure of a call whose 2xx response cannot be read. */
export function unreadableResponse(step: XStep): CallFailure {
  // Only FINALIZE is worth repeating: it tells whether the first one has succeeded.
  return { error: new UnreadableResponse(step), advice: step === 'finalize' ? BACKOFF : NEVER }
}

const NO_CREDITS = 'The X account behind this server has no credits left.'

/** What X's billing errors mean, by title. X sends the first with 402, the second with 403. [seen] */
const BILLING_DETAILS: ReadonlyMap<unknown, string> = new Map([
  ['CreditsDepleted', NO_CREDITS],
  ['SpendCapReached', 'The X account behind this server has reached its spend cap.'],
])

/** Turns an error response of X into the error for our client, and says whether a retry can help. */
export function readFailure(step: XStep, response: XResponse, clock: Clock): CallFailure {
  const { status } = response
  const reason = readReason(response)
  const fail = (code: XMediaErrorCode, detail: string, advice: RetryAdvice): CallFailure => ({
    error: new XMediaError(code, detail),
    advice,
  })

  if (status === 401) return fail('x_unauthorized', 'X refused the server’s token.', { kind: 'new_token' })
  const billing = isRecord(response.json) ? BILLING_DETAILS.get(response.json['title']) : undefined
  if (status === 402) return fail('x_payment_required', billing ?? NO_CREDITS, NEVER)
  if (status === 403) {
    if (billing !== undefined) return fail('x_payment_required', billing, NEVER)
    return lacksScope(response)
      ? fail(
          'x_forbidden_scope',
          'The server’s X token cannot upload media: it must be an OAuth 2.0 user token with the scope media.write.',
          NEVER,
        )
      : fail('x_forbidden', `X forbids this: ${reason}`, NEVER)
  }
  if ((status === 413 || status === 431) && step === 'append') {
    return fail('x_segment_too_large', 'X refused a segment because it is too large.', NEVER)
  }
  if (status === 429) {
    const waitMs = readWait(response.headers, clock.now())
    const options = waitMs === undefined ? {} : { retryAfterSecs: Math.ceil(waitMs / 1000) }
    return {
      error: new XMediaError('x_rate_limited', 'This server has reached X’s rate limit.', options),
      advice: waitMs === undefined ? BACKOFF : { kind: 'wait', waitMs },
    }
  }
  if (status === 408 || status >= 500) return fail('x_unavailable', `X is unavailable (${status}).`, BACKOFF)
  if (status >= 400) return fail('x_rejected_media', `X rejected the ${step} call (${status}): ${reason}`, NEVER)
  return fail('x_unavailable', `X sent an unexpected response (${status}).`, NEVER)
}

/**
 * The reason in X's own words. It can be in any of several members, depending on the endpoint. Only these members are
 * read, because a response can echo what we sent.
 */
function readReason({ json }: XResponse): string {
  if (!isRecord(json)) return 'no reason given'
  const errors = Array.isArray(json['errors']) ? json['errors'] : []
  const candidates = [
    ...errors.map((error: unknown) => (isRecord(error) ? (error['message'] ?? error['detail']) : error)),
    json['detail'],
    json['error'],
    json['message'],
    json['title'],
  ]
  const reason = candidates.find((candidate) => typeof candidate === 'string' && candidate !== '')
  return typeof reason === 'string' ? toPrintable(reason) : 'no reason given'
}

/** X answers a token without the scope with a bare 403, and an app-only token with a problem type of its own. */
function lacksScope({ json }: XResponse): boolean {
  if (!isRecord(json)) return false
  const type = String(json['type'] ?? '')
  return type.endsWith('/unsupported-authentication') || (type === 'about:blank' && json['detail'] === 'Forbidden')
}

const RATE_LIMITS = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour']

/**
 * Milliseconds until X accepts calls again, or undefined when no header says so. When several limits are used up, the
 * one that resets last counts.
 */
function readWait(headers: Headers, now: number): number | undefined {
  const retryAfter = headers.get('retry-after')
  if (retryAfter !== null) {
    const at = /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1000 : Date.parse(retryAfter)
    if (!Number.isNaN(at)) return Math.max(0, at - now)
  }
  const limits = RATE_LIMITS.map((name) => ({
    remaining: headers.get(`${name}-remaining`),
    reset: Number(headers.get(`${name}-reset`) ?? Number.NaN) * 1000,
  })).filter(({ reset }) => Number.isFinite(reset))
  const usedUp = limits.filter(({ remaining }) => remaining === '0')
  const resets = (usedUp.length > 0 ? usedUp : limits.slice(0, 1)).map(({ reset }) => reset)
  return resets.length === 0 ? undefined : Math.max(0, Math.max(...resets) - now)
}

/** Replaces control characters, which could reach logs and terminals, and shortens long text. */
function toPrintable(text: string): string {
  const printable = text.replace(/\p{Cc}+/gu, ' ').trim()
  return printable.length > MAX_REASON_CHARACTERS ? `${printable.slice(0, MAX_REASON_CHARACTERS)}…` : printable
}
