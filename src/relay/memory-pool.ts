import { createFairBudget } from '../lib/fair-budget.ts'
import { bufferSize, createBufferPool } from './buffer-pool.ts'
import { createMemoryQueue } from './memory-queue.ts'
import { createReservation, type MemoryReservation, type PoolState } from './memory-reservation.ts'

/** The memory that all uploads of an instance share. */
export interface MemoryPool extends Pick<MemoryReservation, 'cost'> {
  /**
   * Reserves at least `minBytes` for one upload, which gets more while there is enough. Throws `overloaded` when
   * `minBytes` are not available. Sixteen subjects that hold nothing find 1/32 of the pool each, whatever the others hold.
   *
   * @param subject Whose upload it is. Nothing is kept from uploads without a subject: they are the app's own.
   */
  reserve(minBytes: number, subject?: string): MemoryReservation
  /** Bytes reserved or in use, including the copies that `fetch` makes. */
  readonly committedBytes: number
}

/** A quick upload gets two segments of 128 KiB or is refused: with less, it costs X too many calls. */
const QUICK_BUFFER_BYTES: number = 2 * bufferSize(132 * 1024)

/**
 * Buffers that stay when no upload is left: filling fresh memory takes the kernel longer than moving the bytes. On Bun,
 * sixteen uploads of 8 MiB took about a fifth more CPU, and twice as many page faults, when 64 MiB stayed.
 */
const WARM_BYTES: number = 160 * 1024 * 1024

/** The largest share of all buffers that stays: four segments on Workers. */
const WARM_SHARE = 0.6

/**
 * @param budgetBytes The most memory that all uploads may have together, copies included.
 * @param costPerByte What a byte of a segment takes: itself, and the copies that `fetch` makes and frees when it likes.
 */
export function createMemoryPool(budgetBytes: number, costPerByte: number): MemoryPool {
  const pool: PoolState = {
    budgetBytes,
    costPerByte,
    quickBytes: costPerByte * QUICK_BUFFER_BYTES,
    warmBytes: Math.min(WARM_BYTES, WARM_SHARE * (budgetBytes / costPerByte)),
    buffers: createBufferPool(budgetBytes / costPerByte),
    reserved: createFairBudget(budgetBytes),
    committed: createFairBudget(budgetBytes),
    queue: createMemoryQueue(),
    openReservations: 0,
  }
  return {
    cost: (bufferBytes) => costPerByte * bufferSize(bufferBytes),
    get committedBytes() {
      return pool.committed.used
    },
    reserve(minBytes, subject) {
      const reservation = createReservation(pool, subject)
      reservation.require(minBytes)
      pool.openReservations++
      return reservation
    },
  }
}
