import { describe, expect, it } from 'vitest'
import { type Allotment, createMemory } from '../../src/relay/memory.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Takes as much as it gets, in buffers of one size. */
function fill(allotment: Allotment, bytes: number): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (let buffer = allotment.take(bytes); buffer; buffer = allotment.take(bytes)) buffers.push(buffer)
  return buffers
}

function reserved(memory: ReturnType<typeof createMemory>, bytes: number): Allotment {
  const allotment = memory.reserve(bytes)
  if (allotment === undefined) throw new Error('no memory')
  return allotment
}

describe('the memory of an instance', () => {
  it('gives an upload its floor whatever the others have taken, and never more than there is in all', () => {
    const memory = createMemory(64 * MIB)
    const uploads = Array.from({ length: 64 }, () => reserved(memory, 512 * KIB))
    for (const upload of uploads) fill(upload, 256 * KIB)
    expect(memory.committedBytes).toBeLessThanOrEqual(64 * MIB)
    const last = reserved(memory, 256 * KIB)
    expect(fill(last, 128 * KIB).length).toBeGreaterThanOrEqual(2)
  })

  it('refuses a floor that does not fit, and takes it when another upload has ended', () => {
    const memory = createMemory(16 * MIB)
    const first = reserved(memory, 10 * MIB)
    expect(memory.reserve(6 * MIB + 1)).toBeUndefined()
    first.close()
    expect(memory.reserve(6 * MIB + 1)).toBeDefined()
  })

  it('leaves room for newcomers: nobody takes more than a quarter of what is free above the floor', () => {
    const memory = createMemory(64 * MIB)
    const greedy = reserved(memory, 128 * KIB)
    expect(greedy.take(17 * MIB)).toBeUndefined()
    expect(fill(greedy, 4 * MIB).length).toBeGreaterThanOrEqual(4)
    expect(64 * MIB - memory.committedBytes).toBeGreaterThan(8 * MIB)
  })

  it('uses buffers again', () => {
    const memory = createMemory(64 * MIB)
    const upload = reserved(memory, 128 * KIB)
    const buffer = upload.take(MIB)
    if (buffer) upload.give(buffer)
    expect(upload.take(MIB - 100)).toBe(buffer)
  })

  it('is all back when every upload has closed, once or more often, with what it had or lost', () => {
    const memory = createMemory(64 * MIB)
    const uploads = Array.from({ length: 10 }, () => reserved(memory, MIB))
    for (const upload of uploads) {
      const [first] = fill(upload, 256 * KIB)
      if (first) upload.give(first)
      upload.close()
      upload.close()
      if (first) upload.give(first)
      expect(upload.take(1)).toBeUndefined()
    }
    expect(memory.committedBytes).toBe(0)
    expect(memory.reserve(64 * MIB)).toBeDefined()
  })
})
