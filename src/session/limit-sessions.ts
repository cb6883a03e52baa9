import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { createExpiryQueue } from '../lib/expiry-queue.ts'
import type { Store } from '../store/store.ts'
import { isSessionKey, parseRecord } from './record.ts'
import { createSessionGroup, type KeptSession, keptSession, type SessionGroup } from './session-group.ts'

export interface SessionLimits {
  /** The most sessions in the store. */
  sessions: number
  /** The most sessions of one subject. */
  sessionsPerSubject: number
}

/** The most expired sessions to stop counting with each new one, so that no request takes long. */
const MAX_EXPIRED = 100

/** When a refused client should try again, in seconds. */
const RETRY_AFTER_SECS = 60

/**
 * Wraps a memory store so that it keeps a limited number of sessions. For one too many, it gives up the oldest without
 * bytes, or else the one that finished first; if there is neither, it rejects with `too_many_uploads`. The client of a
 * session that was given up finds no such upload, and starts again.
 */
export function limitSessions(
  store: Store,
  { sessions, sessionsPerSubject }: SessionLimits,
  clock: Pick<Clock, 'now'>,
): Store {
  const all = createSessionGroup(sessions)
  const bySubject = new Map<string, SessionGroup>()
  const expiries = createExpiryQueue<string>()

  function remember(session: KeptSession, expiresAt: number): void {
    const own = bySubject.get(session.subject) ?? createSessionGroup(sessionsPerSubject)
    bySubject.set(session.subject, own)
    own.set(session)
    all.set(session)
    expiries.set(session.key, expiresAt)
  }

  function forget(key: string): void {
    const subject = all.get(key)?.subject
    if (subject === undefined) return
    const own = bySubject.get(subject)
    own?.delete(key)
    if (own?.size === 0) bySubject.delete(subject)
    all.delete(key)
    expiries.delete(key)
  }

  /** The session to give up before a subject can have another one; undefined when there is room. */
  function nextToGo(subject: string): KeptSession | undefined {
    const now = clock.now()
    for (const expired of expiries.take(now, MAX_EXPIRED)) forget(expired)
    const own = bySubject.get(subject)
    if (own?.isFull) {
      return (
        own.leastUseful(now) ?? refuse(`You already have ${own.size} unfinished uploads; finish or delete one first.`)
      )
    }
    if (!all.isFull) return undefined
    return all.leastUseful(now) ?? refuse('This server cannot keep any more unfinished uploads now; try again later.')
  }

  /** Counts a session that is about to be created, once there is room for it. */
  async function add(session: KeptSession, expiresAt: number): Promise<void> {
    const gone: KeptSession[] = []
    try {
      for (let next = nextToGo(session.subject); next !== undefined; next = nextToGo(session.subject)) {
        forget(next.key)
        gone.push(next)
      }
      // Before anything is awaited, so that concurrent requests cannot exceed the limit. It must not go before it is there.
      remember({ ...session, leasedUntil: Infinity }, expiresAt)
    } finally {
      // One that another request has changed meanwhile stays, and counts again.
      for (const { key, text } of gone) await store.compareAndSwap(key, text, undefined, expiresAt)
    }
  }

  return {
    get: (key) => store.get(key),
    async compareAndSwap(key, before, after, expiresAt) {
      const record = after !== undefined && isSessionKey(key) ? parseRecord(after) : undefined
      const session = after !== undefined && record && keptSession(key, after, record)
      if (session && before === undefined) await add(session, expiresAt)
      const isSwapped = await store.compareAndSwap(key, before, after, expiresAt)
      if (session && isSwapped) remember(session, expiresAt)
      // It was removed, or not created after all.
      else if (isSwapped || before === undefined) forget(key)
      return isSwapped
    },
  }
}

/** 503 and not 429: tus clients do not retry after a 429. https://github.com/tus/tus-js-client/blob/main/docs/api.md */
function refuse(detail: string): never {
  throw new XMediaError('too_many_uploads', detail, { retryAfterSecs: RETRY_AFTER_SECS })
}
