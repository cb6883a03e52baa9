import { XMediaError } from '../errors.ts'
import { deadlineExceeded, untilAborted } from '../lib/abort-scope.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { XRequest } from './dialects/dialect.ts'
import type { XMediaEventBody } from './events.ts'
import { type Failure, readFailure, type XAnswer } from './failure.ts'
import { DEFAULT_SEGMENT_BYTES } from './limits.ts'
import type { CachedToken } from './token.ts'
import { type Fetch, send } from './transport.ts'

export interface RetryOptions {
  /** Tries after the first one, per call. Default 5. */
  retries: number
  /** Longest pause before the first retry, milliseconds; doubles with each one. Default 500. */
  backoffMs: number
  /** Longest pause of all, milliseconds. Default 20,000. */
  maxBackoffMs: number
  /** How long to wait for X's rate limit before giving up, milliseconds. Default 60,000. */
  maxRateLimitWaitMs: number
  /** Time for one try of one call, milliseconds; for segments above 4 MiB in proportion. Default 30,000. */
  timeoutMs: number
}

export interface CallOptions {
  baseUrl: string
  fetch: Fetch
  clock: Clock
  retry: RetryOptions
}

/** On whose behalf a call is made, and until when. */
export interface CallContext {
  token: CachedToken
  emit: (event: XMediaEventBody) => void
  signal?: AbortSignal | undefined
  /** Told of everything that X answers. */
  onAnswer?: ((answer: XAnswer) => void) | undefined
  /** Epoch milliseconds after which nothing is tried any more. */
  deadline?: number | undefined
}

export type Call = (request: XRequest, context: CallContext, retryable?: Retryable) => Promise<XAnswer>

/** Whether a failed call may be repeated at all; every call by default. */
export type Retryable = (failure: Failure) => boolean

/** Makes one authorised call to X, again and again while that can help, and answers with a 2xx or throws. */
export function createCall(options: CallOptions): Call {
  const { clock, retry } = options

  return async function call(request, context, retryable = () => true) {
    const { emit, signal, deadline = Number.POSITIVE_INFINITY } = context
    let token = await untilAborted(context.token.current(), signal)
    let renewed = false

    for (let attempt = 1; ; attempt++) {
      const failure = await attemptOnce(request, token, context, options)
      if (!('error' in failure)) return failure
      const { error, remedy } = failure

      // A fresh token is no retry: it is asked for once, whatever `retries` says.
      const spent = attempt > retry.retries && remedy.kind !== 'renew_token'
      if (remedy.kind === 'none' || spent || !retryable(failure)) throw error
      let waitMs = 0
      if (remedy.kind === 'renew_token') {
        if (renewed) throw error
        const fresh = await untilAborted(context.token.renewed(token), signal)
        if (fresh === token) throw error
        renewed = true
        token = fresh
      } else if (remedy.kind === 'wait') {
        if (remedy.waitMs > retry.maxRateLimitWaitMs) throw error
        waitMs = remedy.waitMs
      } else {
        // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        waitMs = clock.random() * Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** (attempt - 1))
      }
      if (clock.now() + waitMs >= deadline) throw error
      emit({ type: 'retry', step: request.step, attempt, waitMs: Math.round(waitMs), code: error.code })
      if (waitMs > 0) await sleep(clock, waitMs, signal)
    }
  }
}

async function attemptOnce(
  request: XRequest,
  token: string,
  { signal, deadline = Number.POSITIVE_INFINITY, onAnswer }: CallContext,
  { baseUrl, fetch, clock, retry }: CallOptions,
): Promise<XAnswer | Failure> {
  signal?.throwIfAborted()
  const remainingMs = deadline - clock.now()
  if (remainingMs <= 0) throw deadlineExceeded()
  const bytes = request.body?.length ?? 0
  const timeoutMs = Math.min(remainingMs, retry.timeoutMs * Math.max(1, bytes / DEFAULT_SEGMENT_BYTES))
  try {
    const answer = await send(request, { baseUrl, fetch, clock, token, timeoutMs: Math.ceil(timeoutMs), signal })
    onAnswer?.(answer)
    return answer.status >= 200 && answer.status < 300 ? answer : readFailure(request.step, answer, clock)
  } catch (error) {
    signal?.throwIfAborted()
    return {
      error: new XMediaError('x_unavailable', 'X could not be reached.', { cause: error }),
      remedy: { kind: 'repeat' },
    }
  }
}
