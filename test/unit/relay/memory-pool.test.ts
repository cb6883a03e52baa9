import { describe, expect, it } from 'vitest'
import { createMemory, type MemoryReservation } from '../../../src/relay/memory.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Takes as much as it gets, in buffers of one size. */
function fill(reservation: MemoryReservation, bytes: number): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (let buffer = reservation.acquire(bytes); buffer; buffer = reservation.acquire(bytes)) buffers.push(buffer)
  return buffers
}

const overloaded = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterSecs: 5 })

describe('the memory of an instance', () => {
  it('counts every byte twice, for the copy that fetch makes', () => {
    const memory = createMemory(64 * MIB)
    const upload = memory.reserve(128 * KIB)
    upload.acquire(MIB)
    expect(memory.committedBytes).toBe(2 * MIB)
  })

  it('gives an upload its floor whatever the others have taken, and never more than there is in all', () => {
    const memory = createMemory(64 * MIB)
    const uploads = Array.from({ length: 64 }, () => memory.reserve(512 * KIB))
    for (const upload of uploads) fill(upload, 256 * KIB)
    expect(memory.committedBytes).toBeLessThanOrEqual(64 * MIB)
    const last = memory.reserve(512 * KIB)
    expect(fill(last, 128 * KIB).length).toBeGreaterThanOrEqual(2)
  })

  it('refuses a floor that does not fit, and takes it when another upload has ended', () => {
    const memory = createMemory(16 * MIB)
    const first = memory.reserve(10 * MIB)
    expect(() => memory.reserve(6 * MIB + 1)).toThrow(overloaded)
    const second = memory.reserve(6 * MIB)
    expect(() => second.require(6 * MIB + 1)).toThrow(overloaded)
    first.close()
    second.require(16 * MIB)
    expect(memory.committedBytes).toBe(16 * MIB)
  })

  it('leaves room for newcomers: above the floor a buffer is at most a third of what is free', () => {
    const memory = createMemory(64 * MIB)
    const greedy = memory.reserve(128 * KIB)
    expect(greedy.acquire(17 * MIB)).toBeUndefined()
    expect(fill(greedy, 4 * MIB).length).toBeGreaterThanOrEqual(4)
    expect(64 * MIB - memory.committedBytes).toBeGreaterThanOrEqual(8 * MIB)
  })

  it('uses buffers again', () => {
    const memory = createMemory(64 * MIB)
    const upload = memory.reserve(128 * KIB)
    const buffer = upload.acquire(MIB)
    if (buffer) upload.release(buffer)
    expect(upload.acquire(MIB - 100)).toBe(buffer)
  })

  it('lets go of its buffers when the last upload has closed', () => {
    const memory = createMemory(64 * MIB)
    const [first, last] = [memory.reserve(MIB), memory.reserve(MIB)]
    const [buffer] = fill(first, 256 * KIB)
    if (buffer) first.release(buffer)
    first.close()
    expect(buffer?.byteLength).toBe(256 * KIB)
    last.close()
    expect(buffer?.byteLength).toBe(0)
  })

  it('is all back when every upload has closed, once or more often, with what it had or lost', () => {
    const memory = createMemory(64 * MIB)
    const uploads = Array.from({ length: 10 }, () => memory.reserve(MIB))
    for (const upload of uploads) {
      const [first] = fill(upload, 256 * KIB)
      if (first) upload.release(first)
      upload.close()
      upload.close()
      if (first) upload.release(first)
      expect(upload.acquire(1)).toBeUndefined()
    }
    expect(memory.committedBytes).toBe(0)
    memory.reserve(64 * MIB)
  })

  it('gives one subject three quarters of it at most, whatever its uploads hold', () => {
    const memory = createMemory(64 * MIB)
    const mine = Array.from({ length: 100 }, () => memory.reserve(128 * KIB, 'greedy'))
    for (const upload of mine) fill(upload, 512 * KIB)
    for (const upload of mine) fill(upload, 64 * KIB)
    expect(memory.committedBytes).toBeLessThanOrEqual(48 * MIB)
    expect(() => memory.reserve(MIB, 'greedy')).toThrow(overloaded)
    expect(memory.reserve(MIB, 'other').acquire(2 * MIB)).toBeDefined()
    for (const upload of mine) upload.close()
    memory.reserve(48 * MIB, 'greedy')
    expect(() => memory.reserve(1, 'greedy')).toThrow(overloaded)
  })
})
