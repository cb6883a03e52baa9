import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { XStep } from './dialects/dialect.ts'

/** X's answer to one call, its body read to the end and bounded. */
export interface XAnswer {
  status: number
  headers: Headers
  /** The body as JSON; undefined when it is empty or no JSON. */
  json: unknown
}

/** What may be done after a failed call. */
export type Remedy =
  | { kind: 'none' }
  /** The same bytes again, after a pause. */
  | { kind: 'repeat' }
  /** The same bytes again, not before `waitMs` have passed. */
  | { kind: 'wait'; waitMs: number }
  /** The same bytes again, under a fresh token. */
  | { kind: 'renew_token' }

export interface Failure {
  error: XMediaError
  remedy: Remedy
}

const NONE: Remedy = { kind: 'none' }
const REPEAT: Remedy = { kind: 'repeat' }
const MAX_REASON = 300

/** Reads a failed call: which code it is for our client, and whether repeating it can help. */
export function readFailure(step: XStep, answer: XAnswer, clock: Clock): Failure {
  const { status } = answer
  const reason = readReason(answer)
  const fail = (code: XMediaErrorCode, detail: string, remedy: Remedy): Failure => ({
    error: new XMediaError(code, detail),
    remedy,
  })

  if (status === 401) return fail('x_unauthorized', 'X refused the server’s token.', { kind: 'renew_token' })
  if (status === 402) return fail('x_payment_required', 'The X account behind this server has no credits left.', NONE)
  if (status === 403) {
    return lacksScope(answer)
      ? fail(
          'x_forbidden_scope',
          'The server’s X token may not upload media: it must be an OAuth 2.0 user token authorised with the scope media.write.',
          NONE,
        )
      : fail('x_forbidden', `X forbids this: ${reason}`, NONE)
  }
  if ((status === 413 || status === 431) && step === 'append') {
    return fail('x_segment_too_large', 'X refused a segment for its size.', NONE)
  }
  if (status === 429) {
    const waitMs = readWait(answer.headers, clock.now())
    const options = waitMs === undefined ? {} : { retryAfterSecs: Math.ceil(waitMs / 1000) }
    return {
      error: new XMediaError('x_rate_limited', 'X’s rate limit for this server is used up for now.', options),
      remedy: waitMs === undefined ? REPEAT : { kind: 'wait', waitMs },
    }
  }
  if (status === 408 || status >= 500) return fail('x_unavailable', `X is unavailable (${status}).`, REPEAT)
  if (status >= 400) return fail('x_rejected_media', `X rejected the ${step} call (${status}): ${reason}`, NONE)
  return fail('x_unavailable', `X answered in a way this server does not follow (${status}).`, NONE)
}

/**
 * X's reason in its own words, from every shape its errors are known to have. Only named fields pass: bodies can echo
 * what was sent.
 */
function readReason({ json }: XAnswer): string {
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
  return typeof reason === 'string' ? clean(reason) : 'no reason given'
}

/** A scope that was never granted shows as a bare 403, an app-only token as its own problem type. */
function lacksScope({ json }: XAnswer): boolean {
  if (!isRecord(json)) return false
  const type = String(json['type'] ?? '')
  return type.endsWith('/unsupported-authentication') || (type === 'about:blank' && json['detail'] === 'Forbidden')
}

const RATE_LIMITS = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour']

/** Milliseconds until X takes calls again, or undefined when no header tells. The latest of the used-up limits counts. */
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

function clean(text: string): string {
  // Control characters would reach logs and terminals.
  const printable = text.replace(/\p{Cc}+/gu, ' ').trim()
  return printable.length > MAX_REASON ? `${printable.slice(0, MAX_REASON)}…` : printable
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
