import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/store.ts'
import type { MediaCategory, MediaType } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'

/** The state of a resumable upload: all that another process needs to go on with it. */
export interface Session {
  readonly id: string
  /** Whose upload it is; it does not exist for others. */
  readonly subject: string
  readonly mediaType: MediaType
  readonly category: MediaCategory
  readonly additionalOwners?: readonly string[] | undefined
  readonly shared?: boolean | undefined
  readonly altText?: string | undefined
  /** `Upload-Metadata` as the client sent it. */
  readonly metadata?: string | undefined
  /** Undefined until the client has told. */
  readonly totalBytes?: number | undefined
  /** Undefined until INIT, which waits for the first bytes. */
  readonly mediaId?: string | undefined
  /** Bytes that X has acknowledged, without gaps: the client goes on behind them. */
  readonly offset: number
  /** The index of the segment that begins at `offset`. */
  readonly nextSegment: number
  /** Bytes of a full segment; 0 until INIT. */
  readonly segmentBytes: number
  /**
   * Bytes of the segments from `nextSegment` on that X may have got already: whatever happened, these indices carry these
   * ranges. Written before any of them is sent.
   */
  readonly planned: readonly number[]
  /** Epoch milliseconds: until INIT as long as a session may stay unused, then when X forgets the media. */
  readonly expiresAt: number
  /** `finalizing`: FINALIZE may have been sent; with a `result` it was carried out. */
  readonly state: 'open' | 'finalizing' | 'done' | 'failed'
  /** What FINALIZE answered, and once `done` the alternative text too. */
  readonly result?: XMediaAnswer | undefined
  /** Set once the upload counts towards its subject's quota. */
  readonly spent?: boolean | undefined
  /** Epoch milliseconds before which X is not asked to finalize again. */
  readonly finalizeAt?: number | undefined
  /** Why it is `failed`. */
  readonly failure?: { code: XMediaErrorCode; detail: string } | undefined
}

/** The sessions of resumable uploads, each of which one request at a time may change. */
export interface Sessions {
  create(session: Session): Promise<void>
  read(id: string): Promise<Session | undefined>
  /** Takes a session for this request alone. `held`: another has it, and has been told that it is wanted. */
  lease(id: string): Promise<Lease | 'held' | undefined>
}

/** The right to change a session, until it is released, or not renewed in time. */
export interface Lease {
  readonly session: Session
  /** Counts the leases of a session: what is written under an earlier one is refused. */
  readonly fence: number
  /** Writes the session, if the lease still holds; throws `upload_locked` otherwise. In the order of the calls. */
  advance(session: Session): Promise<void>
  /** Prolongs the lease. Answers whether another request is waiting for the session. */
  renew(): Promise<boolean>
  /** Lets others have the session, as it was written last. */
  release(): Promise<void>
  /** Removes the session. */
  remove(): Promise<void>
}

/** A lease that is not renewed ends after so many milliseconds: its holder is dead. */
export const LEASE_MS = 5000

interface Held {
  session: Session
  fence: number
  /** Epoch milliseconds; 0 when nobody has it. */
  leasedUntil: number
  /** Epoch milliseconds until which another request waits for it; 0 when none does. */
  wantedUntil: number
}

/** How long a request waits for a session, milliseconds, once it has asked for it. */
export const WAIT_MS = 3000

export function createSessions(store: Store, clock: Pick<Clock, 'now'>): Sessions {
  return {
    async create(session) {
      const held: Held = { session, fence: 0, leasedUntil: 0, wantedUntil: 0 }
      if (!(await store.compareAndSwap(keyOf(session.id), undefined, JSON.stringify(held), session.expiresAt))) {
        throw new TypeError(`a session with the id ${session.id} exists`)
      }
    },

    async read(id) {
      const text = await store.get(keyOf(id))
      return text === undefined ? undefined : read(text).session
    },

    async lease(id) {
      for (;;) {
        const before = await store.get(keyOf(id))
        if (before === undefined) return undefined
        const held = read(before)
        const now = clock.now()
        const isHeld = held.leasedUntil > now
        // It is written down once for all the times that one asks again.
        if (isHeld && held.wantedUntil > now + WAIT_MS / 2) return 'held'
        const after: Held = isHeld
          ? { ...held, wantedUntil: now + WAIT_MS }
          : { ...held, fence: held.fence + 1, leasedUntil: now + LEASE_MS, wantedUntil: 0 }
        const text = JSON.stringify(after)
        if (!(await store.compareAndSwap(keyOf(id), before, text, held.session.expiresAt))) continue
        return isHeld ? 'held' : createLease(store, clock, text)
      }
    },
  }
}

function createLease(store: Store, clock: Pick<Clock, 'now'>, taken: string): Lease {
  const { session: first, fence } = read(taken)
  const key = keyOf(first.id)
  let session = first
  let text: string | undefined = taken
  let wantedUntil = 0
  let writing: Promise<void> = Promise.resolve()

  /** Writes in the order of the calls; what else changes the text meanwhile is only that somebody wants the session. */
  function write(change: (held: Held) => Held | undefined): Promise<void> {
    const written = writing.then(async () => {
      for (;;) {
        if (text === undefined) throw lost()
        const held = { ...read(text), wantedUntil }
        const after = change(held)
        const next = after && JSON.stringify(after)
        if (await store.compareAndSwap(key, text, next, (after ?? held).session.expiresAt)) {
          text = next
          return
        }
        text = await store.get(key)
        const now = text === undefined ? undefined : read(text)
        if (now?.fence !== fence || now.leasedUntil === 0) text = undefined
        else wantedUntil = now.wantedUntil
      }
    })
    // Whoever waits for this write is told; those behind it are told for themselves.
    writing = written.catch(() => {})
    return written
  }

  const leasedUntil = () => clock.now() + LEASE_MS

  return {
    get session() {
      return session
    },
    fence,
    advance(next) {
      session = next
      return write((held) => ({ ...held, session: next, leasedUntil: leasedUntil() }))
    },
    async renew() {
      await write((held) => ({ ...held, leasedUntil: leasedUntil() }))
      return wantedUntil > clock.now()
    },
    release: () => write((held) => ({ ...held, leasedUntil: 0, wantedUntil: 0 })),
    remove: () => write(() => undefined),
  }
}

function lost(): XMediaError {
  return new XMediaError('upload_locked', 'Another request has taken this upload over.')
}

function keyOf(id: string): string {
  return `session:${id}`
}

function read(text: string): Held {
  return JSON.parse(text)
}
