import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CreateFactsReader } from '../../../src/media/facts-reader.ts'
import { createMatroskaReader } from '../../../src/media/matroska/reader.ts'
import { createMp4Reader } from '../../../src/media/mp4/reader.ts'
import { createTransportStreamReader } from '../../../src/media/mpegts/reader.ts'
import { counted } from '../../support/counted-bytes.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

const READERS: readonly (readonly [name: string, create: CreateFactsReader])[] = [
  ['MP4', createMp4Reader],
  ['Matroska', createMatroskaReader],
  ['MPEG-TS', createTransportStreamReader],
]

/** Reads of each byte, on the average; a short file counts as if it had a few KiB more. */
const MOST_READS = 8
const FREE_BYTES = 4096

const KIB = 1024

/** How often a byte is read; a contradiction ends the reading. */
function readsOf(create: CreateFactsReader, file: Uint8Array, pieceBytes: number): number {
  const reader = create()
  let reads = 0
  try {
    for (let at = 0; at < file.length; at += pieceBytes) {
      const piece = counted(file.slice(at, at + pieceBytes))
      reader.push(piece.bytes)
      reads += piece.reads()
    }
    reader.end()
  } catch {
    return reads
  }
  return reads
}

/** Bytes from which a reader may make much of little: the shortest boxes, elements and packets. */
const UNITS = [
  '\0\0\0\x08free',
  '\0\0\0\x08moov',
  '\0\0\0\x08trak',
  '\xec\x80',
  '\xae\x80',
  '\x1f\x43\xb6\x75\x80',
  '\xa3\x84\x81\0\0\0',
]

describe.each(READERS)('the reader of %s', (_, create) => {
  it('does work in proportion to the bytes, whatever they are', () => {
    const pieces = fc.record({
      bytes: fc.uint8Array({ maxLength: 8 * KIB, size: 'max' }),
      pieceBytes: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constant(8 * KIB)),
    })
    fc.assert(
      fc.property(pieces, ({ bytes, pieceBytes }) => {
        expect(readsOf(create, bytes, pieceBytes)).toBeLessThanOrEqual(MOST_READS * (bytes.length + FREE_BYTES))
      }),
      { numRuns: 100, seed: 20_261_127 },
    )
  })

  it.each(UNITS)('does work in proportion to the bytes, even if all are %j', (unit) => {
    const file = Uint8Array.from(unit.repeat(40_000), (character) => character.charCodeAt(0))
    for (const pieceBytes of [7, file.length]) {
      expect(readsOf(create, file, pieceBytes)).toBeLessThanOrEqual(MOST_READS * (file.length + FREE_BYTES))
    }
  })

  it('does work in proportion to the bytes of files of all formats', () => {
    for (const { name } of videoFixtures()) {
      const file = readVideoFixture(name)
      expect(readsOf(create, file, KIB), name).toBeLessThanOrEqual(MOST_READS * (file.length + FREE_BYTES))
    }
  })
})
