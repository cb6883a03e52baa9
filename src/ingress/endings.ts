import { CLIENT_ENDINGS, ONE_LINE_BREAK } from './client-endings.ts'

/** What tells which client wrote a form. */
export interface FormClient {
  /** The user who sends the form. */
  subject: string
  boundary: string
  /** Empty if there is none. */
  userAgent: string
}

/** What a client writes after the closing boundary of its forms. */
export interface Ending {
  /** How many bytes that probably is. */
  bytes: number
  /** Remembers how many it was. */
  learn(bytes: number): void
}

/**
 * What clients write after the closing boundary. The size of a file that is the last part of a form follows from
 * `Content-Length` and from this.
 */
export interface Endings {
  of(client: FormClient): Ending
}

/** The most users whose endings an instance remembers. */
const MAX_SUBJECTS = 1000
/** The most clients of one user. */
const MAX_CLIENTS = 8
/** More of a user agent is of no use to tell clients apart, characters. */
const MAX_USER_AGENT = 200

/** The endings that an instance knows: those of well-known clients, and those that it has seen itself of each user. */
export function createEndings(): Endings {
  // A user who sends odd forms in the name of another program must not spoil the forms of other users.
  const bySubject = createMemory<Memory<number>>(MAX_SUBJECTS)

  return {
    of({ subject, boundary, userAgent }) {
      const known = CLIENT_ENDINGS.find(
        (client) => client.boundary.test(boundary) && (client.userAgent?.test(userAgent) ?? true),
      )
      const client = JSON.stringify([known?.name ?? styleOf(boundary), userAgent.slice(0, MAX_USER_AGENT)])
      return {
        bytes: bySubject.recall(subject)?.recall(client) ?? known?.bytes ?? ONE_LINE_BREAK,
        learn(bytes) {
          const own = bySubject.recall(subject) ?? createMemory<number>(MAX_CLIENTS)
          own.remember(client, bytes)
          bySubject.remember(subject, own)
        },
      }
    },
  }
}

/** The part of a boundary that is not random, as far as one can tell: the dashes that most start with. */
function styleOf(boundary: string): string {
  return /^[^\dA-Za-z]*/.exec(boundary)?.[0] ?? ''
}

interface Memory<Value> {
  recall(key: string): Value | undefined
  remember(key: string, value: Value): void
}

/** A memory of up to `max` values, which forgets first what was used longest ago. */
function createMemory<Value>(max: number): Memory<Value> {
  const entries = new Map<string, Value>()

  function remember(key: string, value: Value): void {
    entries.delete(key)
    entries.set(key, value)
    const [oldest] = entries.keys()
    if (entries.size > max && oldest !== undefined) entries.delete(oldest)
  }

  return {
    recall(key) {
      const value = entries.get(key)
      if (value !== undefined) remember(key, value)
      return value
    },
    remember,
  }
}
