import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { XStep } from './dialects/dialect.ts'
import { clamp, PAUSE_SECS } from './ranges.ts'
import type { XResponse } from './transport.ts'

/** Whether to send the same request again after a failed call, and when. */
export type RetryAdvice =
  | { kind: 'never' }
  | { kind: 'backoff' }
  /** Not before `waitMs` milliseconds have passed, if X says so. */
  | { kind: 'rate_limit'; waitMs: number | undefined }
  /** With a new token. */
  | { kind: 'new_token' }

export interface CallFailure {
  error: XMediaError
  advice: RetryAdvice
}

const NEVER: RetryAdvice = { kind: 'never' }
const BACKOFF: RetryAdvice = { kind: 'backoff' }

/** How long to leave X alone after a failed call when X does not say, in seconds. */
const PAUSE_AFTER_FAILURE_SECS = 5

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

/** Milliseconds to leave X alone after a failed call: as long as X says, but at most 15 minutes. */
export function pauseAfter({ retryAfterSecs = PAUSE_AFTER_FAILURE_SECS }: XMediaError): number {
  return clamp(retryAfterSecs, PAUSE_SECS) * 1000
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
export function readFailure(step: XStep, response: XResponse): CallFailure {
  const { status } = response
  const reason = readReason(response)
  const fail = (code: XMediaErrorCode, detail: string, advice: RetryAdvice): CallFailure => ({
    error: new XMediaError(code, detail),
    advice,
  })

  if (status === 401) return fail('x_unauthorized', 'X refused the server’s token.', { kind: 'new_token' })
  const billing = BILLING_DETAILS.get(response.answer?.problem['title'])
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
    const { waitMs } = response.rateLimits
    const options = waitMs === undefined ? {} : { retryAfterSecs: Math.max(1, Math.ceil(waitMs / 1000)) }
    return {
      error: new XMediaError('x_rate_limited', 'This server has reached X’s rate limit.', options),
      advice: { kind: 'rate_limit', waitMs },
    }
  }
  if (status === 408 || status >= 500) return fail('x_unavailable', `X is unavailable (${status}).`, BACKOFF)
  if (status >= 400) return fail('x_rejected_media', `X rejected the ${step} call (${status}): ${reason}`, NEVER)
  return fail('x_unavailable', `X sent an unexpected response (${status}).`, NEVER)
}

/** The reason in X's own words. It can be in any of several members, depending on the endpoint. */
function readReason({ answer }: XResponse): string {
  const { errors = [], problem = {} } = answer ?? {}
  const candidates = [
    ...errors.map(({ message, detail }) => message ?? detail),
    ...[problem['detail'], problem['message'], problem['title']],
  ]
  return candidates.find((candidate) => typeof candidate === 'string') ?? 'no reason given'
}

/** X answers a token without the scope with a bare 403, and an app-only token with a problem type of its own. */
function lacksScope({ answer }: XResponse): boolean {
  const { type, detail } = answer?.problem ?? {}
  return String(type).endsWith('/unsupported-authentication') || (type === 'about:blank' && detail === 'Forbidden')
}
