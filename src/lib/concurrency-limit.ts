import { XMediaError } from '../errors.ts'

export interface ConcurrencyLimitOptions {
  /** How many at once. */
  most: number
  /** How many at once of one subject. */
  mostPerSubject: number
  /** What one too many is refused with. */
  code: 'too_many_uploads' | 'too_many_listeners'
  /** What they are called to a client. */
  name: string
}

/** Counts what is under way, so that nobody's keep out everybody else's. */
export interface ConcurrencyLimit {
  /** Lets one in and answers how to let it out again, or throws. */
  admit(subject: string, mostPerSubject?: number): () => void
  /** How many are under way. */
  readonly inside: number
}

/** Seconds after which a client that found no place may find one. */
const RETRY_AFTER_SECS = 5

export function createConcurrencyLimit({
  most,
  mostPerSubject,
  code,
  name,
}: ConcurrencyLimitOptions): ConcurrencyLimit {
  const bySubject = new Map<string, number>()
  let inside = 0

  /** 503 and not 429: tus clients take 429 for final. https://github.com/tus/tus-js-client/blob/main/docs/api.md */
  function tooMany(detail: string): XMediaError {
    return new XMediaError(code, `${detail}; try again when one of them is done.`, { retryAfterSecs: RETRY_AFTER_SECS })
  }

  return {
    get inside() {
      return inside
    },
    admit(subject, limit = mostPerSubject) {
      const others = bySubject.get(subject) ?? 0
      if (!(others < limit)) throw tooMany(`You have ${others} ${name} under way`)
      if (inside >= most) throw tooMany(`This server has as many ${name} under way as it takes`)
      inside++
      bySubject.set(subject, others + 1)
      let isInside = true
      return () => {
        if (!isInside) return
        isInside = false
        inside--
        const left = (bySubject.get(subject) ?? 1) - 1
        if (left > 0) bySubject.set(subject, left)
        else bySubject.delete(subject)
      }
    },
  }
}
