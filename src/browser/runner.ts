import type { Tracker } from './tracker.ts'
import { isPassing, XMediaUploadError } from './upload-error.ts'
import { isOffline, pauseAfter, wait } from './waiting.ts'

/** Runs one upload again and again until it succeeds, is aborted, or cannot succeed. */
export interface Runner {
  /** Rejects with an `XMediaUploadError`. */
  run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>
  pause(): void
  resume(): void
  abort(cause?: unknown): void
}

/** How long to keep trying without any progress, milliseconds. */
const GIVE_UP_AFTER_MS = 600_000

export function createRunner(tracker: Tracker, giveUpAfterMs: number = GIVE_UP_AFTER_MS): Runner {
  let attempt = new AbortController()
  let abortion: XMediaUploadError | undefined
  let resumed = Promise.resolve()
  let endPause = () => {}

  /** Resolves when it is time for the next attempt. Throws the error if there should be none. */
  async function recover(error: unknown, failures: number): Promise<void> {
    if (!isPassing(error)) throw error
    const { retryAfterSecs = 0 } = error
    const pauseMs = Math.max(pauseAfter(failures), retryAfterSecs * 1000)
    if (!isOffline() && Date.now() + pauseMs > tracker.progressedAt + giveUpAfterMs) throw error
    tracker.report({ interruption: error, remainingSecs: undefined })
    const wasOffline = isOffline()
    await wait(pauseMs, attempt.signal)
    if (wasOffline) tracker.restart()
  }

  return {
    async run(work) {
      for (let failures = 0; ; ) {
        await resumed
        if (abortion) throw abortion
        attempt = new AbortController()
        const startedAt = Date.now()
        try {
          return await work(attempt.signal)
        } catch (error) {
          failures = tracker.progressedAt > startedAt ? 1 : failures + 1
          if (!attempt.signal.aborted) await recover(error, failures)
        }
      }
    },
    pause() {
      if (tracker.progress.state !== 'uploading') return
      resumed = new Promise((resolve) => {
        endPause = resolve
      })
      attempt.abort()
      tracker.report({ state: 'paused', remainingSecs: undefined, interruption: undefined })
    },
    resume() {
      if (tracker.progress.state !== 'paused') return
      tracker.restart()
      // First, since the page may pause again when it hears of this.
      endPause()
      tracker.report({ state: 'uploading' })
    },
    abort(cause) {
      abortion ??= new XMediaUploadError('aborted', { cause })
      attempt.abort()
      endPause()
    },
  }
}
