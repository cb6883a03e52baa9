import { XMediaError } from '../errors.ts'

export interface ConcurrencyLimitOptions {
  /** The most that may run at once. */
  max: number
  /** The most that may run at once for one subject. */
  maxPerSubject: number
  /** The error code for one too many. */
  code: 'too_many_uploads' | 'too_many_listeners'
  /** The plural noun for what is counted, in messages to the client. */
  name: string
}

/** Limits how many run at once, in all and for each subject, so that no subject keeps the others out. */
export interface ConcurrencyLimit {
  /** Starts one and returns the function to call when it has ended; throws when the limit is reached. */
  admit(subject: string, maxPerSubject?: number): () => void
  /** How many are running. */
  readonly running: number
}

/** When a refused client should try again, in seconds. */
const RETRY_AFTER_SECS = 5

export function createConcurrencyLimit({ max, maxPerSubject, code, name }: ConcurrencyLimitOptions): ConcurrencyLimit {
  const runningBySubject = new Map<string, number>()
  let running = 0

  /** 503 and not 429: tus clients do not retry after a 429. https://github.com/tus/tus-js-client/blob/main/docs/api.md */
  function tooMany(detail: string): XMediaError {
    return new XMediaError(code, `${detail}; wait until one has finished.`, { retryAfterSecs: RETRY_AFTER_SECS })
  }

  return {
    get running() {
      return running
    },
    admit(subject, subjectMax = maxPerSubject) {
      const own = runningBySubject.get(subject) ?? 0
      // Negated so that a limit of NaN admits nothing.
      if (!(own < subjectMax)) throw tooMany(`You already have ${own} ${name} in progress`)
      if (running >= max) throw tooMany(`This server cannot take any more ${name} now`)
      running++
      runningBySubject.set(subject, own + 1)
      let hasEnded = false
      return () => {
        if (hasEnded) return
        hasEnded = true
        running--
        const left = (runningBySubject.get(subject) ?? 1) - 1
        if (left > 0) runningBySubject.set(subject, left)
        else runningBySubject.delete(subject)
      }
    },
  }
}
