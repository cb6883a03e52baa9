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

/** The most endings to remember, of users and of clients each. */
const MAX_REMEMBERED = 256
/** More of a user agent is of no use to tell clients apart, characters. */
const MAX_USER_AGENT = 200

/** The endings that an instance knows: those of well-known clients, and those it has seen itself. */
export function createEndings(): Endings {
  // A user who sends odd forms in the name of another program must not spoil the forms of other users.
  const byUser = createMemory()
  const byClient = createMemory()

  return {
    of({ subject, boundary, userAgent }) {
      const known = CLIENT_ENDINGS.find(
        (client) => client.boundary.test(boundary) && (client.userAgent?.test(userAgent) ?? true),
      )
      const client = JSON.stringify([known?.name ?? styleOf(boundary), userAgent.slice(0, MAX_USER_AGENT)])
      const user = JSON.stringify([subject, client])
      return {
        bytes: byUser.recall(user) ?? known?.bytes ?? byClient.recall(client) ?? ONE_LINE_BREAK,
        learn(bytes) {
          byUser.remember(user, bytes)
          byClient.remember(client, bytes)
        },
      }
    },
  }
}

/** The part of a boundary that is not random, as far as one can tell: the dashes that most start with. */
function styleOf(boundary: string): string {
  return /^[^\dA-Za-z]*/.exec(boundary)?.[0] ?? ''
}

interface Memory {
  recall(key: string): number | undefined
  remember(key: string, bytes: number): void
}

/** A bounded memory, which forgets first what was used longest ago. */
function createMemory(): Memory {
  const entries = new Map<string, number>()

  function remember(key: string, bytes: number): void {
    entries.delete(key)
    entries.set(key, bytes)
    const [oldest] = entries.keys()
    if (entries.size > MAX_REMEMBERED && oldest !== undefined) entries.delete(oldest)
  }

  return {
    recall(key) {
      const bytes = entries.get(key)
      if (bytes !== undefined) remember(key, bytes)
      return bytes
    },
    remember,
  }
}
