import { XMediaError } from '../errors.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import { backoffDelay, type CallContext, type RetryOptions } from '../x/call-with-retries.ts'
import { sourceUnavailable } from './stored-file.ts'

export interface AttemptOptions {
  clock: Clock
  retry: RetryOptions
  emit: CallContext['emit']
}

/** Counts the failures of a source in a row, and pauses after each one. */
export interface Attempts {
  /**
   * Resolves when the source may be tried again. Throws the error if it is an `XMediaError`, which says that a retry is no
   * use, and `source_unavailable` when the retries are used up.
   */
  pauseAfter(error: unknown, signal: AbortSignal): Promise<void>
  /** The source works again: the next failure is the first in a row. */
  reset(): void
}

export function createAttempts({ clock, retry, emit }: AttemptOptions): Attempts {
  let failures = 0
  return {
    async pauseAfter(error, signal) {
      signal.throwIfAborted()
      failures += 1
      if (isFinal(error) || failures > retry.retries) throw toSourceError(error)
      const waitMs = backoffDelay(failures, retry, clock)
      const unavailable = sourceUnavailable('The source of this upload could not be read.', error)
      emit({ type: 'retry', step: 'source', attempt: failures, waitMs: Math.round(waitMs), error: unavailable })
      await sleep(clock, waitMs, signal)
    },
    reset() {
      failures = 0
    },
  }
}

/** A stream that ends early may have broken off. */
function isFinal(error: unknown): boolean {
  return error instanceof XMediaError && error.code !== 'body_too_short'
}

function toSourceError(error: unknown): XMediaError {
  return error instanceof XMediaError ? error : sourceUnavailable('The source of this upload could not be read.', error)
}
