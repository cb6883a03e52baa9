import { XMediaError } from '../errors.ts'
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

/** Limits how many places are taken at once, in all and by each subject, so that no subject keeps the others out. */
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

  /** Why a subject may not have another place; undefined if it may. */
  function refusal(subject: string, subjectMax: number): string | undefined {
    const own = places.takenBy(kind, subject)
    // Negated so that a limit of NaN admits nothing.
    if (!(own < subjectMax)) return `You already have ${own} ${name} in progress`
    return places.counts()[kind] < max ? undefined : `This server cannot take any more ${name} now`
  }

  return {
    admit(subject, subjectMax = maxPerSubject) {
      const detail = refusal(subject, subjectMax)
      if (detail === undefined) return places.take(kind, subject)
      // 503 and not 429: tus clients do not retry after a 429. https://github.com/tus/tus-js-client/blob/main/docs/api.md
      throw new XMediaError(code, `${detail}; wait until one has finished.`, { retryAfterSecs: RETRY_AFTER_SECS })
    },
    tryAdmit: (subject) => (refusal(subject, maxPerSubject) === undefined ? places.take(kind, subject) : undefined),
  }
}
