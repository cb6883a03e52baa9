import { XMediaError } from '../errors.ts'
import { abortable, createAbortScope, deadlineExceeded } from '../lib/abort-scope.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { XRequest } from './dialects/dialect.ts'
import { describeCause } from './error-cause.ts'
import type { XMediaEventBody } from './events.ts'
import { type CallFailure, type RetryAdvice, readFailure, unreadableResponse } from './failure.ts'
import { DEFAULT_SEGMENT_BYTES } from './limits.ts'
import type { CachedToken } from './token.ts'
import { type Fetch, type ReadResponse, send, type XResponse } from './transport.ts'

export interface RetryOptions {
  /** Retries of a call after its first attempt. Default 5. */
  retries: number
  /** The longest delay before the first retry, in milliseconds; it doubles with each retry. Default 500. */
  backoffMs: number
  /** The longest delay before any retry, in milliseconds. Default 20,000. */
  maxBackoffMs: number
  /**
   * How long to wait for X's rate limit to reset, in milliseconds. When X asks for more, the call fails with
   * `x_rate_limited`. A wait takes at least 250, and up to 250 more at random. Default 60,000.
   */
  maxRateLimitWaitMs: number
  /** The time limit for one attempt, in milliseconds; for segments above 4 MiB it grows in proportion. Default 30,000. */
  timeoutMs: number
}

/** The shortest wait after X has limited the rate, in milliseconds: X may say that it is over by now. */
const MIN_RATE_LIMIT_WAIT_MS = 250
/** Spreads the calls that wait for the same reset, in milliseconds. */
const RATE_LIMIT_JITTER_MS = 250

export interface XCallOptions {
  baseUrl: string
  fetch: Fetch
  clock: Clock
  retry: RetryOptions
}

/** What all calls made for one request or upload have in common. */
export interface CallContext {
  token: CachedToken
  emit: (event: XMediaEventBody) => void
  signal?: AbortSignal | undefined
  /** Called with every response of X, errors included. */
  onResponse?: ((response: XResponse) => void) | undefined
  /** When to stop trying, in epoch milliseconds. */
  deadline?: number | undefined
}

/** @param onRetry Called before each retry, with the error of the attempt that failed. */
export type XCall = <Answer>(
  request: XRequest,
  context: CallContext,
  read: ReadResponse<Answer>,
  onRetry?: (error: XMediaError) => void,
) => Promise<Answer>

/**
 * Creates the function that makes one authorized call to X. It retries, and resolves with what `read` finds in a 2xx
 * response, or throws.
 */
export function createXCall(options: XCallOptions): XCall {
  const { clock } = options

  return async function call(request, context, read, onRetry) {
    const { emit, signal, deadline = Number.POSITIVE_INFINITY } = context
    let token = await untilDeadline(context.token.current(), context, clock)
    let isTokenRenewed = false

    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptCall(request, token, context, read, options)
      if ('answer' in outcome) return outcome.answer
      const { error, advice } = outcome

      if (advice.kind === 'new_token') {
        if (isTokenRenewed) throw error
        const renewed = await untilDeadline(context.token.renew(token), context, clock)
        if (renewed === token) throw error
        isTokenRenewed = true
        token = renewed
      }
      const waitMs = retryDelay(advice, attempt, options)
      if (waitMs === undefined || clock.now() + waitMs >= deadline) throw error
      onRetry?.(error)
      emit({ type: 'retry', step: request.step, attempt, waitMs: Math.round(waitMs), error })
      if (waitMs > 0) await sleep(clock, waitMs, signal)
    }
  }
}

/** Settles like the token, but no later than the context allows: the app's own function may never answer. */
async function untilDeadline(
  token: string | Promise<string>,
  { signal, deadline = Number.POSITIVE_INFINITY }: CallContext,
  clock: Clock,
): Promise<string> {
  if (typeof token === 'string') return token
  const scope = createAbortScope(clock, {
    parent: signal,
    timeoutMs: deadline - clock.now(),
    timeoutError: deadlineExceeded,
  })
  try {
    return await abortable(token, scope.signal)
  } finally {
    scope.dispose()
  }
}

/** Milliseconds to wait before the next attempt; undefined when there must not be one. */
function retryDelay(advice: RetryAdvice, attempt: number, { clock, retry }: XCallOptions): number | undefined {
  // A call gets one new token even when its retries are used up.
  if (advice.kind === 'new_token') return 0
  if (advice.kind === 'never' || attempt > retry.retries) return undefined
  const backoffMs = backoffDelay(attempt, retry, clock)
  if (advice.kind === 'backoff') return backoffMs
  const waitMs = Math.max(MIN_RATE_LIMIT_WAIT_MS, advice.waitMs ?? backoffMs)
  return waitMs > retry.maxRateLimitWaitMs ? undefined : waitMs + clock.random() * RATE_LIMIT_JITTER_MS
}

/**
 * Milliseconds to wait after the failure of this attempt, counted from 1. With full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffDelay(
  attempt: number,
  { backoffMs, maxBackoffMs }: Pick<RetryOptions, 'backoffMs' | 'maxBackoffMs'>,
  clock: Pick<Clock, 'random'>,
): number {
  return clock.random() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1))
}

async function attemptCall<Answer>(
  request: XRequest,
  token: string,
  { signal, deadline = Number.POSITIVE_INFINITY, onResponse }: CallContext,
  read: ReadResponse<Answer>,
  { baseUrl, fetch, clock, retry }: XCallOptions,
): Promise<{ answer: Answer } | CallFailure> {
  signal?.throwIfAborted()
  const remainingMs = deadline - clock.now()
  if (remainingMs <= 0) throw deadlineExceeded()
  const bytes = request.body?.length ?? 0
  const timeoutMs = Math.min(remainingMs, retry.timeoutMs * Math.max(1, bytes / DEFAULT_SEGMENT_BYTES))
  try {
    const response = await send(request, { baseUrl, fetch, clock, token, timeoutMs: Math.ceil(timeoutMs), signal })
    onResponse?.(response)
    if (response.status < 200 || response.status >= 300) return readFailure(request.step, response)
    const answer = read(response)
    return answer === undefined ? unreadableResponse(request.step) : { answer }
  } catch (error) {
    signal?.throwIfAborted()
    return {
      error: new XMediaError('x_unavailable', 'X could not be reached.', { cause: describeCause(error, token) }),
      advice: { kind: 'backoff' },
    }
  }
}
