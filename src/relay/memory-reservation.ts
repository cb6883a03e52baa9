import { XMediaError } from '../errors.ts'
import type { FairBudget } from '../lib/fair-budget.ts'
import { type BufferPool, bufferSize } from './buffer-pool.ts'
import type { MemoryQueue } from './memory-queue.ts'

/** How an upload's client sends, which decides how much the upload gets beyond its minimum. */
export type Pace = 'quick' | 'slow'

/** One upload's part of the pool. */
export interface MemoryReservation {
  /** What a buffer of this many bytes takes, with the copies that `fetch` makes. */
  cost(bufferBytes: number): number
  /** Raises the minimum to `minBytes`, if it is lower; throws `overloaded` when they are not available. */
  require(minBytes: number): void
  /** Whether this upload must stay within its minimum, because as many quick ones as the pool can bear exceed theirs. */
  isLimitedToMinimum(): boolean
  /** Whether there is so much memory that slow clients get more than their minimum too. */
  isPlentiful(): boolean
  /**
   * Joins the line for more memory, or stays in it. False when the upload should make do with what there is: it has waited
   * for long enough, or nothing comes back.
   *
   * @param onTurn Called when it is this upload's turn and memory has come back.
   */
  waitInLine(now: number, onTurn: () => void): boolean
  /** A buffer of at least `bytes` bytes, with old contents; undefined when this upload cannot have that many now. */
  acquire(bytes: number, pace: Pace): ArrayBuffer | undefined
  /**
   * Exchanges a buffer for a longer or shorter one with the same contents, as far as they fit. Undefined, and nothing
   * changes, when this upload cannot have a longer one now.
   */
  resize(buffer: ArrayBuffer, bytes: number, pace: Pace): ArrayBuffer | undefined
  /** Returns a buffer; it must not be used afterwards. */
  release(buffer: ArrayBuffer): void
  /** Gives back all but the minimum, once the client is slow. Buffers stay until they are released. */
  returnToMinimum(): void
  /** Returns everything that is left. */
  close(): void
}

/**
 * Uploads borrow what nobody has reserved, but leave a quarter of it. The next uploads of the same subject then find memory
 * while others of its uploads, which began first, have borrowed a lot.
 */
const KEPT_SHARE = 1 / 4

/** Slow clients get more than their minimum, which saves calls to X, until this share of the pool is in use. */
const PLENTIFUL_SHARE = 1 / 4

/** When an upload that got no memory should try again, in seconds: about the time of a few APPENDs. */
const RETRY_AFTER_SECS = 5

/** What the reservations of a pool share. */
export interface PoolState {
  readonly budgetBytes: number
  readonly costPerByte: number
  readonly quickBytes: number
  readonly warmBytes: number
  readonly buffers: BufferPool
  /** What uploads can count on. */
  readonly reserved: FairBudget
  /** What uploads have: that, and what they borrow beyond it, which comes back within a few APPENDs. */
  readonly committed: FairBudget
  readonly queue: MemoryQueue
  openReservations: number
}

/** One that has nothing yet. */
export function createReservation(pool: PoolState, subject: string | undefined): MemoryReservation {
  const { budgetBytes, buffers, costPerByte, quickBytes, warmBytes, queue } = pool
  const upload = {}
  let minimum = 0
  /** The minimum, or what a quick upload has. */
  let reserved = 0
  let used = 0
  let isOpen = true

  const isPlentiful = (more = 0) => pool.committed.used + more <= budgetBytes * PLENTIFUL_SHARE

  function change(budget: FairBudget, amount: number): boolean {
    if (amount > 0) return budget.take(subject, amount)
    budget.give(subject, -amount)
    return true
  }

  /** Changes both figures; false, without a change, when they are not available. */
  function commit(nextReserved: number, nextUsed: number): boolean {
    if (!change(pool.reserved, nextReserved - reserved)) return false
    if (!change(pool.committed, Math.max(nextReserved, nextUsed) - Math.max(reserved, used))) {
      change(pool.reserved, reserved - nextReserved)
      return false
    }
    reserved = nextReserved
    used = nextUsed
    return true
  }

  function mayBorrow(bytes: number, pace: Pace): boolean {
    const available = pool.committed.available(subject)
    const borrowed = pool.committed.heldBy(subject) - pool.reserved.heldBy(subject)
    const kept = (available + borrowed) * KEPT_SHARE
    if (bytes > available - kept) return false
    return pace === 'quick' ? queue.isFirst(subject, upload) : isPlentiful(bytes)
  }

  function mayUse(nextUsed: number, pace: Pace): boolean {
    if (!isOpen) return false
    if (pace === 'quick' && nextUsed > reserved) commit(Math.max(reserved, quickBytes), used)
    const more = nextUsed - Math.max(reserved, used)
    return more <= 0 || mayBorrow(more, pace)
  }

  const cost = (bufferBytes: number) => costPerByte * bufferSize(bufferBytes)

  return {
    require(minBytes) {
      if (minBytes <= minimum) return
      if (!commit(Math.max(reserved, minBytes), used)) throw overloaded()
      minimum = minBytes
    },
    isLimitedToMinimum: () => quickBytes - reserved > pool.reserved.available(subject),
    isPlentiful: () => isPlentiful(),
    cost,
    waitInLine: (now, onTurn) => isOpen && queue.wait(subject, upload, now, onTurn),
    acquire(bytes, pace) {
      const nextUsed = used + cost(bytes)
      if (!mayUse(nextUsed, pace)) return undefined
      commit(reserved, nextUsed)
      queue.leave(subject, upload)
      return buffers.acquire(bytes)
    },
    resize(buffer, bytes, pace) {
      const nextUsed = used - cost(buffer.byteLength) + cost(bytes)
      if (!mayUse(nextUsed, pace)) return undefined
      commit(reserved, nextUsed)
      queue.leave(subject, upload)
      const resized = buffers.acquire(bytes)
      new Uint8Array(resized).set(new Uint8Array(buffer, 0, Math.min(buffer.byteLength, resized.byteLength)))
      buffers.release(buffer)
      if (resized.byteLength < buffer.byteLength) queue.onReturned()
      return resized
    },
    release(buffer) {
      if (!isOpen) return
      commit(reserved, used - cost(buffer.byteLength))
      buffers.release(buffer)
      queue.onReturned()
    },
    returnToMinimum() {
      if (!isOpen || reserved === minimum) return
      commit(minimum, used)
      queue.onReturned()
    },
    close() {
      if (!isOpen) return
      isOpen = false
      // Buffers that were not released are lost, or a pending read still writes into them: do not reuse them.
      buffers.forget(used / costPerByte)
      commit(0, 0)
      queue.leave(subject, upload)
      queue.onReturned()
      pool.openReservations--
      if (pool.openReservations === 0) buffers.shrink(warmBytes)
    },
  }
}

export function overloaded(): XMediaError {
  return new XMediaError('overloaded', 'This server is short of memory; try again in a few seconds.', {
    retryAfterSecs: RETRY_AFTER_SECS,
  })
}
