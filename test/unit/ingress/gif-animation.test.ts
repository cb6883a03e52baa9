import { describe, expect, it } from 'vitest'
import { isAnimatedGif } from '../../../src/ingress/signatures/gif-animation.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'

const STILL = ['still-87a.gif', 'still-ffmpeg.gif', 'still-loop-extension.gif']
const ANIMATED = ['animated.gif', 'animated-no-loop.gif']

/** From where on in a file its beginning tells what all of it tells. */
function tellingBytes(name: string): number {
  const file = readMediaFixture(name)
  let bytes = 0
  while (isAnimatedGif(file.subarray(0, bytes)) === undefined) bytes += 1
  return bytes
}

describe('a GIF', () => {
  it.each(STILL)('of one image is still, which its last byte tells: %s', (name) => {
    const file = readMediaFixture(name)
    expect(isAnimatedGif(file)).toBe(false)
    expect(tellingBytes(name)).toBe(file.length)
  })

  it.each(ANIMATED)('of more is animated, from the first byte of the second image on: %s', (name) => {
    const file = readMediaFixture(name)
    const bytes = tellingBytes(name)
    expect(file[bytes - 1]).toBe(0x2c)
    for (let more = bytes; more <= file.length; more++) expect(isAnimatedGif(file.subarray(0, more))).toBe(true)
  })

  it('tells nothing when a block is none of GIF’s', () => {
    const file = readMediaFixture('still-87a.gif')
    expect(isAnimatedGif(file.with(file.length - 1, 0x00))).toBeUndefined()
  })

  it('may have a color table for all images, for each, or none', () => {
    const screen = (flags: number) => [...'GIF89a'].map((char) => char.charCodeAt(0)).concat(1, 0, 1, 0, flags, 0, 0)
    const image = (flags: number, table: number[]) => [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, flags, ...table, 2, 1, 0x44, 0]
    const table = new Array<number>(2 * 3).fill(0x2c)
    const still = (...bytes: number[]) => isAnimatedGif(Uint8Array.of(...bytes, 0x3b))
    expect(still(...screen(0x80), ...table, ...image(0x80, table))).toBe(false)
    expect(still(...screen(0), ...image(0, []))).toBe(false)
    expect(still(...screen(0), ...image(0, []), ...image(0x80, table))).toBe(true)
  })
})
