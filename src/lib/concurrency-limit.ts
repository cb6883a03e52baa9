import { XMediaError } from '../errors.ts'
import { createFairBudget } from './fair-budget.ts'
import type { PlaceKind, Places } from './places.ts'

export interface ConcurrencyLimitOptions {
  /** Where the places are taken. */
  places: Places
  /** The kind of places that is limited. */
  kind: PlaceKind
  /** The most that may be taken at once. */
  max: number
  /** The most that one subject may take at once. */
  maxPerSubject: number
  /** The error code for one too many. */
  code: 'too_many_uploads' | 'too_many_listeners'
  /** The plural noun for what is counted, in messages to the client. */
  name: string
}

/**
 * Limits how many places are taken at once, in all and by each subject. Sixteen subjects that have none find 1/32 of them
 * each, whatever the others have.
 */
export interface ConcurrencyLimit {
  /** Takes a place, and returns the function that gives it back; throws when the limit is reached. */
  admit(subject: string, maxPerSubject?: number): () => void
  /** Takes a place as `admit` does; returns undefined when the limit is reached. */
  tryAdmit(subject: string): (() => void) | undefined
}

/** When a refused client should try again, in seconds. */
const RETRY_AFTER_SECS = 5

export function createConcurrencyLimit(options: ConcurrencyLimitOptions): ConcurrencyLimit {
  const { places, kind, max, maxPerSubject, code, name } = options

  const budget = createFairBudget(max)

  /** Takes a place, and returns the function that gives it back, or the reason why the subject may not have one. */
  function tryTake(subject: string, subjectMax: number): (() => void) | string {
    const own = places.takenBy(kind, subject)
    // Negated so that a limit of NaN admits nothing.
    if (!(own < subjectMax)) return `You already have ${own} ${name} in progress`
    if (!budget.take(subject, 1)) return `This server cannot take any more ${name} now`
    const leave = places.take(kind, subject)
    let isTaken = true
    return () => {
      if (isTaken) budget.give(subject, 1)
      isTaken = false
      leave()
    }
  }

  return {
    admit(subject, subjectMax = maxPerSubject) {
      const taken = tryTake(subject, subjectMax)
      if (typeof taken === 'function') return taken
      // 503 and not 429: tus clients do not retry after a 429. https://github.com/tus/tus-js-client/blob/main/docs/api.md
      throw new XMediaError(code, `${taken}; wait until one has finished.`, { retryAfterSecs: RETRY_AFTER_SECS })
    },
    tryAdmit(subject) {
      const taken = tryTake(subject, maxPerSubject)
      return typeof taken === 'function' ? taken : undefined
    },
  }
}
