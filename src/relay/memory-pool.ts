import { XMediaError } from '../errors.ts'
import { type BufferPool, createBufferPool } from './buffer-pool.ts'

/** The memory that all uploads of an instance share. */
export interface MemoryPool {
  /**
   * Reserves at least `minBytes` for one upload, which gets more while there is enough. Throws `overloaded` when
   * `minBytes` are not available. The uploads of one subject share at most three quarters of the pool.
   */
  reserve(minBytes: number, subject?: string): MemoryReservation
  /** Bytes reserved or in use, including the copies that `fetch` makes. */
  readonly committedBytes: number
}

/** One upload's part of the pool. */
export interface MemoryReservation {
  /** Raises the minimum to `minBytes`, if it is lower; throws `overloaded` when they are not available. */
  require(minBytes: number): void
  /** Whether this upload must stay within its minimum, because as many others as the pool can bear exceed theirs. */
  isLimitedToMinimum(): boolean
  /** A buffer of at least `bytes` bytes, with old contents; undefined when this upload cannot have that many now. */
  acquire(bytes: number): ArrayBuffer | undefined
  /** Returns a buffer; it must not be used afterwards. */
  release(buffer: ArrayBuffer): void
  /** Returns everything that is left. */
  close(): void
}

/** Above its minimum, an upload gets buffers of at most this share of what is free, so that others get some too. */
const MAX_SHARE_OF_FREE = 1 / 3

/** The share of the pool that the uploads of one subject get together, so that no subject keeps the others out. */
const MAX_SHARE_OF_SUBJECT = 3 / 4

/** As many uploads may exceed their minimum as can have this much each: a fast upload with less is not worth it. */
const MIN_BYTES_ABOVE_MINIMUM = 1024 * 1024

/** Every byte counts twice. On every runtime, `fetch` copies its body and frees the copy when it likes. */
export const COPIES_PER_BYTE = 2

/** When an upload that got no memory should try again, in seconds: about the time of a few APPENDs. */
const RETRY_AFTER_SECS = 5

interface PoolState {
  readonly budgetBytes: number
  readonly buffers: BufferPool
  readonly committedBySubject: Map<string, number>
  committedBytes: number
  openReservations: number
  /** How many reservations have exceeded their minimum. */
  aboveMinimum: number
}

/** @param budgetBytes The most memory that all uploads may have together, copies included. */
export function createMemoryPool(budgetBytes: number): MemoryPool {
  const pool: PoolState = {
    budgetBytes,
    buffers: createBufferPool(budgetBytes / COPIES_PER_BYTE),
    committedBySubject: new Map(),
    committedBytes: 0,
    openReservations: 0,
    aboveMinimum: 0,
  }
  return {
    get committedBytes() {
      return pool.committedBytes
    },
    reserve(minBytes, subject) {
      const reservation = createReservation(pool, subject)
      reservation.require(minBytes)
      pool.openReservations++
      return reservation
    },
  }
}

function createReservation(pool: PoolState, subject: string | undefined): MemoryReservation {
  const { budgetBytes, buffers, committedBySubject } = pool
  let minimum = 0
  let used = 0
  let isAboveMinimum = false
  let isOpen = true

  function availableBytes(): number {
    const free = budgetBytes - pool.committedBytes
    if (subject === undefined) return free
    return Math.min(free, budgetBytes * MAX_SHARE_OF_SUBJECT - (committedBySubject.get(subject) ?? 0))
  }

  function commit(newMinimum: number, newUsed: number): void {
    const change = Math.max(newMinimum, newUsed) - Math.max(minimum, used)
    minimum = newMinimum
    used = newUsed
    pool.committedBytes += change
    if (subject === undefined) return
    const left = (committedBySubject.get(subject) ?? 0) + change
    if (left > 0) committedBySubject.set(subject, left)
    else committedBySubject.delete(subject)
  }

  const reservation: MemoryReservation = {
    require(minBytes) {
      if (minBytes <= minimum) return
      if (minBytes - Math.max(minimum, used) > availableBytes()) throw overloaded()
      commit(minBytes, used)
    },
    isLimitedToMinimum: () => !isAboveMinimum && (pool.aboveMinimum + 1) * MIN_BYTES_ABOVE_MINIMUM > budgetBytes,
    acquire(bytes) {
      const counted = COPIES_PER_BYTE * bytes
      const isWithinMinimum = used + counted <= minimum
      const mayExceed = !reservation.isLimitedToMinimum() && counted <= availableBytes() * MAX_SHARE_OF_FREE
      if (!isOpen || !(isWithinMinimum || mayExceed)) return undefined
      if (!isWithinMinimum && !isAboveMinimum) {
        isAboveMinimum = true
        pool.aboveMinimum++
      }
      const buffer = buffers.acquire(bytes)
      commit(minimum, used + COPIES_PER_BYTE * buffer.byteLength)
      return buffer
    },
    release(buffer) {
      if (!isOpen) return
      commit(minimum, used - COPIES_PER_BYTE * buffer.byteLength)
      buffers.release(buffer)
    },
    close() {
      if (!isOpen) return
      isOpen = false
      // Buffers that were not released are lost, or a pending read still writes into them: do not reuse them.
      buffers.forget(used / COPIES_PER_BYTE)
      commit(0, 0)
      if (isAboveMinimum) pool.aboveMinimum--
      pool.openReservations--
      if (pool.openReservations === 0) buffers.clear()
    },
  }
  return reservation
}

export function overloaded(): XMediaError {
  return new XMediaError('overloaded', 'This server is short of memory; try again in a few seconds.', {
    retryAfterSecs: RETRY_AFTER_SECS,
  })
}
