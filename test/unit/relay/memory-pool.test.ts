import { describe, expect, it } from 'vitest'
import { createMemoryPool, type MemoryReservation } from '../../../src/relay/memory-pool.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Acquires buffers of one size until the pool refuses. */
function fill(reservation: MemoryReservation, bytes: number): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (let buffer = reservation.acquire(bytes); buffer; buffer = reservation.acquire(bytes)) buffers.push(buffer)
  return buffers
}

const overloaded = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterSecs: 5 })

describe('createMemoryPool', () => {
  it('counts every byte twice, for the copy that fetch makes', () => {
    const pool = createMemoryPool(64 * MIB)
    const upload = pool.reserve(128 * KIB)
    upload.acquire(MIB)
    expect(pool.committedBytes).toBe(2 * MIB)
  })

  it('gives an upload its minimum whatever the others use, and never more than its budget in all', () => {
    const pool = createMemoryPool(64 * MIB)
    const uploads = Array.from({ length: 64 }, () => pool.reserve(512 * KIB))
    for (const upload of uploads) fill(upload, 256 * KIB)
    expect(pool.committedBytes).toBeLessThanOrEqual(64 * MIB)
    const last = pool.reserve(512 * KIB)
    expect(fill(last, 128 * KIB).length).toBeGreaterThanOrEqual(2)
  })

  it('refuses a minimum that is not available, and accepts it when another upload has ended', () => {
    const pool = createMemoryPool(16 * MIB)
    const first = pool.reserve(10 * MIB)
    expect(() => pool.reserve(6 * MIB + 1)).toThrow(overloaded)
    const second = pool.reserve(6 * MIB)
    expect(() => second.require(6 * MIB + 1)).toThrow(overloaded)
    first.close()
    second.require(16 * MIB)
    expect(pool.committedBytes).toBe(16 * MIB)
  })

  it('leaves memory for new uploads: above the minimum a buffer gets at most a third of what is free', () => {
    const pool = createMemoryPool(64 * MIB)
    const first = pool.reserve(128 * KIB)
    expect(first.acquire(17 * MIB)).toBeUndefined()
    expect(fill(first, 4 * MIB).length).toBeGreaterThanOrEqual(4)
    expect(64 * MIB - pool.committedBytes).toBeGreaterThanOrEqual(8 * MIB)
  })

  it('reuses buffers', () => {
    const pool = createMemoryPool(64 * MIB)
    const upload = pool.reserve(128 * KIB)
    const buffer = upload.acquire(MIB)
    if (buffer) upload.release(buffer)
    expect(upload.acquire(MIB - 100)).toBe(buffer)
  })

  it('frees its buffers when the last reservation is closed', () => {
    const pool = createMemoryPool(64 * MIB)
    const [first, last] = [pool.reserve(MIB), pool.reserve(MIB)]
    const [buffer] = fill(first, 256 * KIB)
    if (buffer) first.release(buffer)
    first.close()
    expect(buffer?.byteLength).toBe(256 * KIB)
    last.close()
    expect(buffer?.byteLength).toBe(0)
  })

  it('gets everything back when all reservations are closed, even twice, or with buffers still in use', () => {
    const pool = createMemoryPool(64 * MIB)
    const uploads = Array.from({ length: 10 }, () => pool.reserve(MIB))
    for (const upload of uploads) {
      const [first] = fill(upload, 256 * KIB)
      if (first) upload.release(first)
      upload.close()
      upload.close()
      if (first) upload.release(first)
      expect(upload.acquire(1)).toBeUndefined()
    }
    expect(pool.committedBytes).toBe(0)
    pool.reserve(64 * MIB)
  })

  it('gives one subject at most three quarters, however many uploads it has', () => {
    const pool = createMemoryPool(64 * MIB)
    const mine = Array.from({ length: 100 }, () => pool.reserve(128 * KIB, 'greedy'))
    for (const upload of mine) fill(upload, 512 * KIB)
    for (const upload of mine) fill(upload, 64 * KIB)
    expect(pool.committedBytes).toBeLessThanOrEqual(48 * MIB)
    expect(() => pool.reserve(MIB, 'greedy')).toThrow(overloaded)
    expect(pool.reserve(MIB, 'other').acquire(2 * MIB)).toBeDefined()
    for (const upload of mine) upload.close()
    pool.reserve(48 * MIB, 'greedy')
    expect(() => pool.reserve(1, 'greedy')).toThrow(overloaded)
  })
})
