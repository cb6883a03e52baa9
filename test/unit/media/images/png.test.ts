import { describe, expect, it } from 'vitest'
import { ascii, joined } from '../../../support/bytes.ts'
import { bytesUntilDone, readFacts } from '../../../support/image-facts.ts'
import { readFixture } from '../../../support/media-fixtures.ts'

describe('a PNG', () => {
  const png = readFixture('media-facts/png-rgb.png')
  const apng = readFixture('media-facts/apng-once.png')
  const headerEnd = 33
  const text = joined([0, 1, 0, 0], ascii('tEXt'), new Uint8Array(65_536 + 4))

  it('is known to be still at its first picture, and an animation behind any other chunk', () => {
    const still = joined(png.subarray(0, headerEnd), text, png.subarray(headerEnd))
    expect(readFacts('png', still)).toEqual({ container: 'png', width: 70, height: 45, animated: false })
    const moving = joined(apng.subarray(0, headerEnd), text, apng.subarray(headerEnd))
    expect(readFacts('png', moving)).toMatchObject({ container: 'apng', frames: 3, animated: true, loop: false })
    expect(bytesUntilDone('png', moving)).toBeLessThan(headerEnd + text.length + 100)
  })

  it('with an animation of one frame is not animated', () => {
    const frames = apng.findIndex((_, at) => String.fromCharCode(...apng.subarray(at, at + 4)) === 'acTL') + 7
    expect(readFacts('png', apng.with(frames, 1))).toMatchObject({ container: 'apng', frames: 1, animated: false })
  })

  it.each([
    ['begins with another chunk', png.with(12, 0x58)],
    ['has a chunk of 2 GiB', png.with(headerEnd, 0x80)],
    ['has no picture', joined(png.subarray(0, headerEnd), [0, 0, 0, 0], ascii('IEND'))],
    ['has an animation header of another length', joined(png.subarray(0, headerEnd), [0, 0, 0, 7], ascii('acTL'))],
  ])('that %s contradicts itself', (_, bytes) => {
    expect(() => readFacts('png', bytes)).toThrow(/PNG/)
  })

  it('that is cut off before its picture says only its size', () => {
    expect(readFacts('png', png.subarray(0, 40))).toEqual({ container: 'png', width: 70, height: 45 })
  })
})
