import { XMediaError } from '../errors.ts'
import { createAbortScope, untilAborted } from '../lib/abort-scope.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { CallContext } from './call.ts'
import { checkAfterSecs, isFinal, MIN_CHECK_SECS, processingState, type XMediaAnswer } from './media-answer.ts'
import type { XClient } from './x-client.ts'

/** Media remembered at once; the one asked for longest ago is forgotten first. */
const MAX_ENTRIES = 1000
/** After a failed call X is left alone this long when it did not say. */
const PAUSE_AFTER_FAILURE_SECS = 5
/** Longest time for a call with its retries; one that is never heard of again holds others back no longer. */
const CALL_SECS = 30

interface Entry {
  answer?: XMediaAnswer
  error?: XMediaError
  /** Epoch milliseconds before which X is not asked. */
  askAt: number
}

/**
 * The last known status of each media: X is asked once per media and `check_after_secs`, however many clients ask, and
 * never again once the state is final.
 */
export interface StatusCache {
  /** The status now, from X or from the cache. */
  read(mediaId: string, context: CallContext): Promise<XMediaAnswer>
  /** Enters what FINALIZE answered, unless something later is known. */
  put(answer: XMediaAnswer): void
  /** Asks until the state is final or `timeoutMs` have passed, and answers with the last status. */
  settle(answer: XMediaAnswer, context: CallContext, timeoutMs: number): Promise<XMediaAnswer>
}

export function createStatusCache(client: XClient, clock: Clock): StatusCache {
  const entries = new Map<string, Entry>()

  function write(mediaId: string, entry: Entry): void {
    entries.delete(mediaId)
    entries.set(mediaId, entry)
    const [oldest] = entries.keys()
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
  }

  function remember(answer: XMediaAnswer): void {
    const askAt = isFinal(answer) ? Number.POSITIVE_INFINITY : clock.now() + checkAfterSecs(answer) * 1000
    write(answer.data.id, { answer, askAt })
  }

  const cache: StatusCache = {
    put(answer) {
      if (entries.get(answer.data.id)?.answer === undefined) remember(answer)
    },
    async settle(answer, context, timeoutMs) {
      const until = clock.now() + timeoutMs
      let latest = answer
      while (!isFinal(latest)) {
        const waitMs = checkAfterSecs(latest) * 1000
        if (clock.now() + waitMs > until) break
        await sleep(clock, waitMs, context.signal)
        latest = await cache.read(latest.data.id, context)
      }
      return latest
    },
    async read(mediaId, context) {
      const known = entries.get(mediaId)
      if (known && clock.now() < known.askAt) {
        if (known.answer) return known.answer
        if (known.error) throw known.error
      }
      // No promise is shared between requests, which Workers forbid: who asks meanwhile gets what is known, or this.
      const pending: XMediaAnswer = {
        data: { id: mediaId, processing_info: { state: 'pending', check_after_secs: MIN_CHECK_SECS } },
      }
      write(mediaId, { answer: known?.answer ?? pending, askAt: clock.now() + CALL_SECS * 1000 })
      const scope = createAbortScope(clock, {
        parent: context.signal,
        timeoutMs: CALL_SECS * 1000,
        timeoutError: unanswered,
      })
      try {
        const answer = await untilAborted(client.status(mediaId, { ...context, signal: scope.signal }), scope.signal)
        remember(answer)
        const progressPercent = answer.data.processing_info?.progress_percent
        context.emit({
          type: 'processing',
          mediaId,
          state: processingState(answer.data),
          ...(progressPercent === undefined ? {} : { progressPercent }),
        })
        return answer
      } catch (error) {
        if (!(error instanceof XMediaError)) {
          entries.delete(mediaId)
          throw error
        }
        const pauseMs = (error.retryAfterSecs ?? PAUSE_AFTER_FAILURE_SECS) * 1000
        write(mediaId, { ...(known?.answer ? { answer: known.answer } : { error }), askAt: clock.now() + pauseMs })
        throw error
      } finally {
        scope.release()
      }
    },
  }
  return cache
}

const unanswered = () => new XMediaError('x_unavailable', `X did not tell the status within ${CALL_SECS} seconds.`)
