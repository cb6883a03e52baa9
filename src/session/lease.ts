import { notFound, XMediaError } from '../errors.ts'
import { type Clock, sleep } from '../lib/clock.ts'
import type { Places } from '../lib/places.ts'
import type { Store } from '../store/store.ts'
import { formatRecord, parseRecord, readRecord, type Session, type SessionRecord, sessionKey } from './record.ts'

/** The exclusive right to change a session. It ends when it is released, or when it is not renewed for `LEASE_MS`. */
export interface Lease {
  /** The session with all changes made under this lease. */
  readonly session: Session
  /** Counts the leases of the session. Only the latest one can write. */
  readonly fence: number
  /** Writes changes to the session, in the order of the calls. Throws `upload_locked` when the lease is lost. */
  update(changes: Partial<Session>): Promise<void>
  /** Extends the lease, and resolves to whether another request waits for it. */
  renew(): Promise<boolean>
  /** Ends the lease, so that other requests can have the session, and gives back its place. */
  release(): Promise<void>
  /** Deletes the session. Its lease still needs to be released. */
  remove(): Promise<void>
}

/** How long a lease lasts unless it is renewed, in milliseconds. A holder that does not renew it has crashed. */
export const LEASE_MS = 5000

/** How long a request waits for a lease, in milliseconds: long enough for a holder that stalls to give way. */
const MAX_WAIT_MS = 3000

/** The pause before the second attempt to get a lease, in milliseconds; it doubles with each one. */
const FIRST_PAUSE_MS = 20
const MAX_PAUSE_MS = 320

/**
 * Takes the lease of a session, and waits for it if need be. Throws `not_found` when there is no such session, and
 * `upload_locked` when another request still holds it after 3 s.
 */
export async function acquireLease(
  store: Store,
  id: string,
  clock: Clock,
  places?: Pick<Places, 'take'>,
): Promise<Lease> {
  const giveUpAt = clock.now() + MAX_WAIT_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const lease = await tryLease(store, id, clock, places)
    if (lease === undefined) throw notFound()
    if (lease !== 'held') return lease
    if (clock.now() >= giveUpAt) {
      throw new XMediaError('upload_locked', 'Another request is writing to this upload; try again in a second.', {
        retryAfterSecs: 1,
      })
    }
    await sleep(clock, pauseMs)
  }
}

/** Runs `work` while holding the lease, and releases it afterwards, even on error. Resolves to the session. */
export async function withLease(lease: Lease, work: () => Promise<void>): Promise<Session> {
  try {
    await work()
    return lease.session
  } finally {
    // A lease that is lost needs no release, and one that a failing store keeps runs out by itself.
    await lease.release().catch(() => {})
  }
}

/**
 * Takes the lease of a session without waiting. Resolves to `held` when another request holds it, which then learns
 * that it is wanted, and to undefined when there is no such session.
 */
export async function tryLease(
  store: Store,
  id: string,
  clock: Pick<Clock, 'now'>,
  places?: Pick<Places, 'take'>,
): Promise<Lease | 'held' | undefined> {
  const key = sessionKey(id)
  for (;;) {
    const before = await store.get(key)
    if (before === undefined) return undefined
    const record = readRecord(before)
    const now = clock.now()
    const isHeld = record.leasedUntil > now
    // One write serves several attempts of the request that waits.
    if (isHeld && record.wantedUntil > now + MAX_WAIT_MS / 2) return 'held'
    const after: SessionRecord = isHeld
      ? { ...record, wantedUntil: now + MAX_WAIT_MS }
      : { ...record, fence: record.fence + 1, leasedUntil: now + LEASE_MS, wantedUntil: 0 }
    const text = formatRecord(after)
    if (await store.compareAndSwap(key, before, text, record.session.expiresAt)) {
      if (isHeld) return 'held'
      return createLease(store, clock, { record: after, text }, places?.take('leases', record.session.subject))
    }
  }
}

/** What the store holds, parsed and as text. */
interface StoredRecord {
  record: SessionRecord
  text: string
}

function createLease(
  store: Store,
  clock: Pick<Clock, 'now'>,
  taken: StoredRecord,
  leave: (() => void) | undefined,
): Lease {
  const { fence } = taken.record
  const key = sessionKey(taken.record.session.id)
  let session = taken.record.session
  /** Undefined once the lease is lost or the session deleted. */
  let stored: StoredRecord | undefined = taken
  let lastWrite: Promise<void> = Promise.resolve()

  /** Writes what `change` makes of the record; undefined deletes it. */
  function write(change: (record: SessionRecord) => SessionRecord | undefined): Promise<void> {
    const written = lastWrite.then(async () => {
      for (;;) {
        if (stored === undefined) throw leaseLost()
        const record = change(stored.record)
        const after = record && { record, text: formatRecord(record) }
        const { expiresAt } = (record ?? stored.record).session
        if (await store.compareAndSwap(key, stored.text, after?.text, expiresAt)) {
          stored = after
          return
        }
        // While the lease holds, the only other writer is a request that waits for it.
        stored = await readOwn()
      }
    })
    // The caller handles a failure; the next write finds its own.
    lastWrite = written.catch(() => {})
    return written
  }

  async function readOwn(): Promise<StoredRecord | undefined> {
    const text = await store.get(key)
    const record = text === undefined ? undefined : parseRecord(text)
    if (text === undefined || record?.fence !== fence || record.leasedUntil === 0) return undefined
    return { record, text }
  }

  const leasedUntil = () => clock.now() + LEASE_MS

  return {
    get session() {
      return session
    },
    fence,
    update(changes) {
      const changed = { ...session, ...changes }
      session = changed
      return write((record) => ({ ...record, session: changed, leasedUntil: leasedUntil() }))
    },
    async renew() {
      await write((record) => ({ ...record, leasedUntil: leasedUntil() }))
      return stored !== undefined && stored.record.wantedUntil > clock.now()
    },
    async release() {
      const released = write((record) => ({ ...record, leasedUntil: 0, wantedUntil: 0 }))
      // A write that comes late, such as one of an admission that nobody waits for, must not take the lease again.
      lastWrite = lastWrite.then(() => {
        stored = undefined
      })
      await released.finally(leave)
    },
    remove: () => write(() => undefined),
  }
}

/** The error of a request whose upload another one has taken over. */
export function leaseLost(): XMediaError {
  return new XMediaError(
    'upload_locked',
    'Another request has taken over this upload; ask for its offset before you send more.',
  )
}
