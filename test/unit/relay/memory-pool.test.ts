import { describe, expect, it } from 'vitest'
import { createMemoryPool } from '../../../src/relay/memory-pool.ts'
import type { MemoryReservation } from '../../../src/relay/memory-reservation.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../../../src/relay/segment-plan.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Acquires buffers of one size until the pool refuses. */
function fill(reservation: MemoryReservation, bytes: number): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (let buffer = reservation.acquire(bytes, 'quick'); buffer; buffer = reservation.acquire(bytes, 'quick'))
    buffers.push(buffer)
  return buffers
}

const overloaded = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterSecs: 5 })

describe('createMemoryPool', () => {
  it.each([1, 2, 4])('counts every byte %i times, for itself and the copies that fetch makes', (costPerByte) => {
    const pool = createMemoryPool(64 * MIB, costPerByte)
    const upload = pool.reserve(128 * KIB)
    const buffer = upload.acquire(MIB, 'quick')
    expect(pool.committedBytes).toBe(costPerByte * MIB)
    if (buffer) upload.release(buffer)
    upload.close()
    expect(pool.committedBytes).toBe(0)
  })

  it('gives an upload its minimum whatever the others use, and never more than its budget in all', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const uploads = Array.from({ length: 64 }, () => pool.reserve(512 * KIB))
    for (const upload of uploads) fill(upload, 256 * KIB)
    expect(pool.committedBytes).toBeLessThanOrEqual(64 * MIB)
    const last = pool.reserve(512 * KIB)
    expect(fill(last, 128 * KIB).length).toBeGreaterThanOrEqual(2)
  })

  it('refuses a minimum that is not available, and accepts it when another upload has ended', () => {
    const pool = createMemoryPool(16 * MIB, 2)
    const first = pool.reserve(10 * MIB)
    expect(() => pool.reserve(6 * MIB + 1)).toThrow(overloaded)
    const second = pool.reserve(6 * MIB)
    expect(() => second.require(6 * MIB + 1)).toThrow(overloaded)
    first.close()
    second.require(16 * MIB)
    expect(pool.committedBytes).toBe(16 * MIB)
  })

  it('lends one upload three segments of 4 MiB, and leaves room for fifteen more quick uploads of its subject', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const first = pool.reserve(pool.cost(MIN_UPLOAD_BUFFER_BYTES), 'u1')
    expect(fill(first, 4 * MIB).length).toBe(3)
    fill(first, MIB)
    fill(first, 32 * KIB)
    for (let upload = 1; upload < 16; upload++) {
      const next = pool.reserve(pool.cost(MIN_UPLOAD_BUFFER_BYTES), 'u1')
      expect(next.acquire(128 * KIB, 'quick')).toBeDefined()
      expect(next.acquire(128 * KIB, 'quick')).toBeDefined()
      expect(next.isLimitedToMinimum()).toBe(false)
    }
  })

  it('lends slow uploads memory only while three quarters of it are unused', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const slow = pool.reserve(pool.cost(MIN_UPLOAD_BUFFER_BYTES), 'u1')
    const lent = slow.acquire(MIB, 'slow')
    expect(lent).toBeDefined()
    if (lent) slow.release(lent)
    const quick = pool.reserve(pool.cost(MIN_UPLOAD_BUFFER_BYTES), 'u2')
    fill(quick, 4 * MIB)
    expect(slow.isPlentiful()).toBe(false)
    expect(slow.acquire(MIB, 'slow')).toBeUndefined()
    expect(slow.acquire(32 * KIB, 'slow')).toBeDefined()
  })

  it('reuses buffers', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const upload = pool.reserve(128 * KIB)
    const buffer = upload.acquire(MIB, 'quick')
    if (buffer) upload.release(buffer)
    expect(upload.acquire(MIB - 100, 'quick')).toBe(buffer)
  })

  it.each([
    [64, 2, 19],
    [256, 1, 153],
    [256, 4, 38],
  ])(
    'of %i MiB, at %i per byte, frees all but %i MiB of its buffers when the last reservation is closed',
    (mib, costPerByte, warmMib) => {
      const pool = createMemoryPool(mib * MIB, costPerByte)
      const [first, last] = [pool.reserve(MIB), pool.reserve(MIB)]
      const buffers = fill(first, MIB)
      for (const buffer of buffers) first.release(buffer)
      first.close()
      expect(buffers.map(({ byteLength }) => byteLength)).toEqual(buffers.map(() => MIB))
      last.close()
      expect(buffers.filter(({ byteLength }) => byteLength > 0)).toEqual(buffers.slice(-warmMib))
      // The one that was used last, of which most is in the processor’s cache.
      expect(pool.reserve(MIB).acquire(MIB, 'quick')).toBe(buffers.at(-1))
    },
  )

  it('gets everything back when all reservations are closed, even twice, or with buffers still in use', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const uploads = Array.from({ length: 10 }, () => pool.reserve(MIB))
    for (const upload of uploads) {
      const [first] = fill(upload, 256 * KIB)
      if (first) upload.release(first)
      upload.close()
      upload.close()
      if (first) upload.release(first)
      expect(upload.acquire(1, 'quick')).toBeUndefined()
    }
    expect(pool.committedBytes).toBe(0)
    pool.reserve(64 * MIB)
  })

  it('gives sixteen subjects that hold nothing 1/32 each, however many uploads another one has', () => {
    const pool = createMemoryPool(64 * MIB, 2)
    const greedy = Array.from({ length: 100 }, () => pool.reserve(128 * KIB, 'greedy'))
    for (const upload of greedy) fill(upload, 512 * KIB)
    for (const upload of greedy) fill(upload, 64 * KIB)
    expect(() => pool.reserve(MIB, 'greedy')).toThrow(overloaded)
    const others = Array.from({ length: 16 }, (_, index) => pool.reserve(2 * MIB, `other ${index}`))
    expect(() => pool.reserve(2 * MIB, 'seventeenth')).toThrow(overloaded)
    for (const upload of [...greedy, ...others]) upload.close()
    pool.reserve(32 * MIB, 'greedy')
    expect(() => pool.reserve(1, 'greedy')).toThrow(overloaded)
  })
})
