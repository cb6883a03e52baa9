import { describe, expect, it } from 'vitest'
import { copyToLarger, freeBuffer } from '../../../src/lib/buffers.ts'

describe('freeBuffer', () => {
  it('leaves nothing of the buffer', () => {
    const buffer = new ArrayBuffer(1024)
    freeBuffer(buffer)
    expect(buffer.byteLength).toBe(0)
  })
})

describe('copyToLarger', () => {
  it('keeps the bytes and adds zeros', () => {
    const bytes = new Uint8Array([1, 2, 3])
    expect(copyToLarger(bytes, 5)).toEqual(new Uint8Array([1, 2, 3, 0, 0]))
  })
})
