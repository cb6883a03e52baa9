import { describe, expect, it } from 'vitest'
import { bytesUntilDone, READERS, readFacts } from '../../../support/image-facts.ts'
import { readFixture } from '../../../support/media-fixtures.ts'

describe('a WebP', () => {
  const lossy = readFixture('media-facts/webp-lossy.webp')
  const animated = readFixture('media-facts/webp-animated-once.webp')

  it('is known from its first 30 bytes, unless it is an animation', () => {
    expect(bytesUntilDone('webp', lossy)).toBe(30)
    expect(bytesUntilDone('webp', readFixture('media-facts/webp-lossless.webp'))).toBe(25)
    expect(bytesUntilDone('webp', readFixture('media-facts/webp-alpha.webp'))).toBe(30)
    const reader = READERS.webp()
    reader.push(animated.subarray(0, 30))
    expect(reader.facts()).toEqual({ container: 'webp', width: 32, height: 24 })
    reader.push(animated.subarray(30))
    expect(reader.done).toBe(true)
  })

  it('that ends within a frame has no count of its frames', () => {
    const lastFrame = Buffer.from(animated).lastIndexOf('ANMF')
    expect(readFacts('webp', animated.subarray(0, lastFrame + 20))).toEqual({
      container: 'webp',
      width: 32,
      height: 24,
      animated: true,
    })
  })

  it.each([
    ['has another name', lossy.with(8, 0)],
    ['has a picture without a start code', lossy.with(23, 0)],
    ['has a lossless picture without a signature', readFixture('media-facts/webp-lossless.webp').with(20, 0)],
    ['has a chunk that is too short', lossy.with(16, 4).with(17, 0)],
    ['has a chunk that is longer than the file', animated.with(4, 60).with(5, 0)],
  ])('that %s contradicts itself', (_, bytes) => {
    expect(() => readFacts('webp', bytes)).toThrow(/WebP/)
  })
})
