import type { Session, SessionRecord } from './record.ts'

/** A session in a memory store, as far as a limit needs to know it. */
export interface KeptSession {
  key: string
  subject: string
  /** The stored text. */
  text: string
  /** The memory that the text takes. */
  bytes: number
  stage: 'unused' | 'active' | 'finished'
  /** Epoch milliseconds at which the lease ends; 0 when nobody holds it. */
  leasedUntil: number
}

/** Sessions that share a limit. */
export interface SessionGroup {
  readonly size: number
  /** Whether it has as many sessions as it may have, or as much memory. */
  readonly isFull: boolean
  get(key: string): KeptSession | undefined
  /** Adds a session, or replaces it with what it has become. */
  set(session: KeptSession): void
  delete(key: string): void
  /** The session to give up for another one; undefined when there is none. */
  leastUseful(now: number): KeptSession | undefined
}

/** What a session may take on average, in bytes. Its metadata has up to 2,048, and its alternative text 1,000 characters. */
const AVERAGE_BYTES = 4096

export function keptSession(key: string, text: string, { session, leasedUntil }: SessionRecord): KeptSession {
  return { key, text, leasedUntil, subject: session.subject, bytes: bytesOf(text), stage: stageOf(session) }
}

function stageOf({ mediaId, state }: Session): KeptSession['stage'] {
  if (state === 'done' || state === 'failed') return 'finished'
  return mediaId === undefined ? 'unused' : 'active'
}

/** Engines keep a text in one byte a character, unless it has characters that need two. */
function bytesOf(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length
}

export function createSessionGroup(maxSessions: number): SessionGroup {
  const sessions = new Map<string, KeptSession>()
  /** In the order of creation: adding a key again leaves it where it is. */
  const unused = new Set<string>()
  /** In the order of finishing. */
  const finished = new Set<string>()
  let bytes = 0

  return {
    get size() {
      return sessions.size
    },
    get isFull() {
      return sessions.size >= maxSessions || bytes >= maxSessions * AVERAGE_BYTES
    },
    get: (key) => sessions.get(key),
    set(session) {
      const { key, stage } = session
      bytes += session.bytes - (sessions.get(key)?.bytes ?? 0)
      sessions.set(key, session)
      if (stage === 'unused') unused.add(key)
      else unused.delete(key)
      if (stage === 'finished') finished.add(key)
    },
    delete(key) {
      bytes -= sessions.get(key)?.bytes ?? 0
      sessions.delete(key)
      unused.delete(key)
      finished.delete(key)
    },
    leastUseful(now) {
      for (const keys of [unused, finished]) {
        for (const key of keys) {
          const session = sessions.get(key)
          if (session && session.leasedUntil <= now) return session
        }
      }
      return undefined
    },
  }
}
