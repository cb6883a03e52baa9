import { describe, expect, it } from 'vitest'
import { READERS } from '../../support/image-facts.ts'
import { readFixture } from '../../support/media-fixtures.ts'

describe('a reader', () => {
  it.each(Object.entries(READERS))('refuses what no reader has saved: %s', (_, create) => {
    expect(() => create({ line: 5 })).toThrow()
    const saved = create().save()
    expect(() => create(saved)).not.toThrow()
    expect(() => create({ ...Object(saved), version: 99 })).toThrow(TypeError)
    expect(() => create({ ...Object(saved), next: { step: 'toString', take: 1, skip: 0 } })).toThrow(TypeError)
  })

  it('saves what it knows now, which later bytes do not change', () => {
    const gif = readFixture('media-facts/gif-once.gif')
    const reader = READERS.gif()
    reader.push(gif.subarray(0, 900))
    const saved = reader.save()
    const text = JSON.stringify(saved)
    reader.push(gif.subarray(900))
    expect(JSON.stringify(saved)).toBe(text)
  })

  it('skips no more than tells nothing, and anything once it knows all', () => {
    const reader = READERS.bmp()
    expect(reader.skippable).toBe(0)
    expect(() => reader.skip(1)).toThrow(RangeError)
    reader.push(readFixture('media/bitmap.bmp'))
    expect(reader.skippable).toBe(Number.POSITIVE_INFINITY)
    expect(() => reader.skip(1000)).not.toThrow()
  })
})
