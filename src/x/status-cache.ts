import { XMediaError } from '../errors.ts'
import { abortable } from '../lib/abort-scope.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import { createCallScope } from './call-scope.ts'
import type { CallContext } from './call-with-retries.ts'
import { pauseAfter } from './failure.ts'
import { checkAfterSecs, isFinal, MIN_CHECK_SECS, processingState, type XMediaAnswer } from './media-answer.ts'
import type { XClient } from './x-client.ts'

/** The most media in the cache; the one least recently updated goes first. */
const MAX_ENTRIES = 1000
/** The time limit for a status call with its retries, in seconds. A call that never ends blocks other readers no longer. */
const CALL_SECS = 30

interface Entry {
  answer?: XMediaAnswer
  error?: XMediaError
  /** Epoch milliseconds before which no status call is made. */
  nextCallAt: number
}

/**
 * The last known status of each media. However many clients ask, X gets one call for each media and `check_after_secs`,
 * and none once the state is final.
 */
export interface StatusCache {
  /** The current status, from X or from the cache. */
  read(mediaId: string, context: CallContext): Promise<XMediaAnswer>
  /** Stores what FINALIZE returned, unless there is a later status. */
  put(answer: XMediaAnswer): void
  /** Yields the status after `answer` each time that X may have a new one, until the state is final. */
  follow(answer: XMediaAnswer, context: CallContext): AsyncGenerator<XMediaAnswer, void>
  /** Polls until the state is final or `timeoutMs` have passed, and resolves with the last status. */
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

  function writeAnswer(answer: XMediaAnswer): void {
    const nextCallAt = isFinal(answer) ? Number.POSITIVE_INFINITY : clock.now() + checkAfterSecs(answer) * 1000
    write(answer.data.id, { answer, nextCallAt })
  }

  /** What other readers get while a call is running. Workers forbid requests to share its promise. */
  function writePlaceholder(mediaId: string, known: XMediaAnswer | undefined): void {
    const pending: XMediaAnswer = {
      data: { id: mediaId, processing_info: { state: 'pending', check_after_secs: MIN_CHECK_SECS } },
    }
    write(mediaId, { answer: known ?? pending, nextCallAt: clock.now() + CALL_SECS * 1000 })
  }

  async function callX(mediaId: string, context: CallContext): Promise<XMediaAnswer> {
    const scope = createCallScope(context, clock, { timeoutMs: CALL_SECS * 1000, timeoutError: statusTimeout })
    try {
      return await abortable(client.status(mediaId, scope.call), scope.signal)
    } finally {
      scope.dispose()
    }
  }

  /** Waits until X may have a new status, and reads it. The call goes on when this reader leaves: others get its answer. */
  async function readNext(latest: XMediaAnswer, { signal, ...context }: CallContext): Promise<XMediaAnswer> {
    await sleep(clock, checkAfterSecs(latest) * 1000, signal)
    return await abortable(cache.read(latest.data.id, context), signal)
  }

  const cache: StatusCache = {
    put(answer) {
      if (entries.get(answer.data.id)?.answer === undefined) writeAnswer(answer)
    },
    async *follow(answer, context) {
      let latest = answer
      while (!isFinal(latest)) {
        latest = await readNext(latest, context)
        yield latest
      }
    },
    async settle(answer, context, timeoutMs) {
      const until = clock.now() + timeoutMs
      let latest = answer
      while (!isFinal(latest) && clock.now() + checkAfterSecs(latest) * 1000 <= until) {
        latest = await readNext(latest, context)
      }
      return latest
    },
    async read(mediaId, context) {
      const known = entries.get(mediaId)
      if (known && clock.now() < known.nextCallAt) {
        if (known.answer) return known.answer
        if (known.error) throw known.error
      }
      writePlaceholder(mediaId, known?.answer)
      try {
        const answer = await callX(mediaId, context)
        writeAnswer(answer)
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
        const nextCallAt = clock.now() + pauseAfter(error)
        write(mediaId, { ...(known?.answer ? { answer: known.answer } : { error }), nextCallAt })
        throw error
      }
    },
  }
  return cache
}

const statusTimeout = () => new XMediaError('x_unavailable', `X did not return the status within ${CALL_SECS} seconds.`)
