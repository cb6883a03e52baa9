import { describe, expect, it } from 'vitest'
import { joined } from '../../../support/bytes.ts'
import { readFacts } from '../../../support/image-facts.ts'
import { readFixture } from '../../../support/media-fixtures.ts'

describe('a TIFF', () => {
  const tiff = readFixture('media-facts/tiff-ffmpeg.tif')

  it('is read wherever its directory is', () => {
    const moved = joined(tiff.subarray(0, 4), [...new Uint8Array(Uint32Array.of(300_000).buffer)])
    const directory = tiff.subarray(new DataView(tiff.buffer).getUint32(4, true))
    expect(readFacts('tiff', joined(moved, new Uint8Array(300_000 - 8), directory))).toMatchObject({
      width: 40,
      height: 25,
    })
  })

  it('whose directory overlaps its header contradicts itself', () => {
    expect(() => readFacts('tiff', joined(tiff.subarray(0, 4), [4, 0, 0, 0]))).toThrow(/TIFF/)
  })

  it('without entries, or cut off among them, has no size', () => {
    expect(readFacts('tiff', joined(tiff.subarray(0, 4), [8, 0, 0, 0, 0, 0]))).toEqual({ container: 'tiff' })
    expect(readFacts('tiff', tiff.subarray(0, new DataView(tiff.buffer).getUint32(4, true) + 40))).toEqual({
      container: 'tiff',
    })
  })
})
