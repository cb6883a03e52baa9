import { describe, expect, it } from 'vitest'
import { ascii, joined } from '../../../support/bytes.ts'
import { READERS, readFacts } from '../../../support/image-facts.ts'
import { readFixture } from '../../../support/media-fixtures.ts'

/** A segment of a JPEG with so many bytes, of which it counts all but its marker. */
function segment(marker: number, content: Uint8Array, length = content.length + 2): Uint8Array {
  return joined([0xff, marker, length >> 8, length & 0xff], content, new Uint8Array(length - 2 - content.length))
}

const LONGEST = 65_535
const FRAME_OFFSET = 196_929
const jpeg = readFixture('media-facts/jpeg-4-2-0.jpg')

/** Big-endian Exif with one entry. */
function exif(entry: readonly number[], entries = 1, directory = 8): Uint8Array {
  return joined(ascii('Exif\0\0MM\0*'), [0, 0, 0, directory, entries >> 8, entries & 0xff], entry)
}
const TURNED = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]

/** The JPEG with segments after its first marker. */
const withSegments = (...segments: Uint8Array[]) => joined(jpeg.subarray(0, 2), ...segments, jpeg.subarray(2))

describe('a JPEG', () => {
  it('is read behind three of the longest segments of metadata, and skips them', () => {
    const segments = [segment(0xe1, exif(TURNED), LONGEST), segment(0xe2, ascii('ICC_PROFILE\0'), LONGEST)]
    const before = withSegments(...segments, segment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0'), LONGEST))
    const frameAt = before.findLastIndex((byte, at) => byte === 0xff && before[at + 1] === 0xc0)
    const filler = segment(0xfe, ascii(''), FRAME_OFFSET - frameAt - 2)
    const photo = withSegments(...segments, segment(0xe1, ascii('http:'), LONGEST), filler)
    expect([photo[FRAME_OFFSET], photo[FRAME_OFFSET + 1]]).toEqual([0xff, 0xc0])

    const reader = READERS.jpeg()
    let at = 0
    let pushed = 0
    while (!reader.done) {
      const skipped = reader.skippable
      reader.skip(skipped)
      at += skipped
      reader.push(photo.subarray(at, ++at))
      pushed += 1
    }
    expect(reader.facts()).toEqual({ container: 'jpeg', width: 48, height: 64, cmyk: false })
    expect(at).toBe(FRAME_OFFSET + 10)
    expect(pushed).toBeLessThan(150)
  })

  it.each([
    ['whose directory overlaps its header', exif(TURNED, 1, 4)],
    ['whose directory is beyond it', exif(TURNED, 1, 200)],
    ['that says it has more entries than fit', exif([0x01, 0, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0], 65_535)],
    ['without a byte order', joined(ascii('Exif\0\0??\0*'), new Uint8Array(30))],
    ['that is only its name', ascii('Exif\0\0')],
  ])('is read in spite of Exif %s', (_, content) => {
    expect(readFacts('jpeg', withSegments(segment(0xe1, content)))).toMatchObject({ width: 64, height: 48 })
  })

  it('is turned as its Exif says, not by other metadata of the same look', () => {
    expect(readFacts('jpeg', withSegments(segment(0xe1, exif(TURNED))))).toMatchObject({ width: 48, height: 64 })
    expect(readFacts('jpeg', withSegments(segment(0xe2, exif(TURNED))))).toMatchObject({ width: 64, height: 48 })
  })

  it('has no size if its height follows the first scan', () => {
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0)
    expect(readFacts('jpeg', jpeg.with(frame + 5, 0).with(frame + 6, 0))).toEqual({ container: 'jpeg', cmyk: false })
  })

  it.each([
    ['ends before its frame', [0xff, 0xd9]],
    ['has a scan before its frame', [0xff, 0xda, 0, 8]],
    ['has a segment of a negative length', [0xff, 0xe0, 0, 1]],
    ['has bytes between its segments', [0x00, 0xff]],
  ])('that %s contradicts itself', (_, bytes) => {
    const reader = READERS.jpeg()
    expect(() => reader.push(joined([0xff, 0xd8], bytes))).toThrow(/JPEG/)
    expect(reader.done).toBe(true)
    reader.push(jpeg)
    expect(reader.facts()).toEqual({ container: 'jpeg' })
  })
})
