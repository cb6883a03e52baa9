import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAnimatedGif } from '../../../src/ingress/signatures/gif-animation.ts'
import { identify } from '../../../src/ingress/signatures/identify.ts'
import { HEAD_BYTES } from '../../../src/ingress/upload-source.ts'
import { MEDIA_TYPES } from '../../../src/x/limits.ts'
import { counted } from '../../support/counted-bytes.ts'
import { headOf } from '../../support/media.ts'
import { mediaFixtures, readMediaFixture } from '../../support/media-fixtures.ts'

/** Reads of each byte, on the average; those of a short head count as if it had a few more bytes. */
const MOST_READS = 16
const FREE_BYTES = 64

function readsOf(head: Uint8Array): number {
  const { bytes, reads } = counted(head)
  identify(bytes)
  isAnimatedGif(bytes)
  return reads()
}

const beginnings = [
  ...MEDIA_TYPES.map(headOf),
  ...mediaFixtures().map((name) => readMediaFixture(name).subarray(0, HEAD_BYTES)),
]

describe('the first bytes of a file', () => {
  it('are counted as they are read', () => {
    expect(readsOf(new Uint8Array(HEAD_BYTES).fill(0x47))).toBeGreaterThan(HEAD_BYTES)
  })

  it('may be any, and cost work in proportion', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: HEAD_BYTES, size: 'max' }), (head) => {
        expect(readsOf(head)).toBeLessThanOrEqual(MOST_READS * (head.length + FREE_BYTES))
      }),
      { numRuns: 300, seed: 20_261_127 },
    )
  })

  it('may be a good beginning with bytes of chance in it, behind it, or missing', () => {
    const changed = fc.record({
      beginning: fc.constantFrom(...beginnings),
      changes: fc.array(fc.tuple(fc.nat(HEAD_BYTES - 1), fc.nat(255)), { maxLength: 8 }),
      tail: fc.uint8Array({ maxLength: 64 }),
      bytes: fc.nat(HEAD_BYTES),
    })
    fc.assert(
      fc.property(changed, ({ beginning, changes, tail, bytes }) => {
        const head = Uint8Array.of(...beginning, ...tail).subarray(0, bytes)
        for (const [offset, byte] of changes) if (offset < head.length) head[offset] = byte
        expect(readsOf(head)).toBeLessThanOrEqual(MOST_READS * (head.length + FREE_BYTES))
      }),
      { numRuns: 1000, seed: 20_261_127 },
    )
  })

  it.each([
    ...['\r\n', '\n', ' ', '1', '1\n', '1\n1', 'A\n', '<!-- >', '<?xml ', '{ ', '[', 'data:', '=', '--a\r\n'],
    ...['\x47', 'G\0', '\0\0\0\x08free', '\0\0\0\x08trak', '\xec\x80', '\0\0\0\0', '\xff', '!\xfe\x01\0'],
  ])('may be full of %j', (text) => {
    for (const beginning of [...beginnings.map((bytes) => String.fromCharCode(...bytes.subarray(0, 40))), '']) {
      const full = beginning.padEnd(HEAD_BYTES, text)
      const head = Uint8Array.from(full, (character) => character.charCodeAt(0))
      expect(readsOf(head), beginning).toBeLessThanOrEqual(MOST_READS * HEAD_BYTES)
    }
  })

  it('that are nothing but chance are no media type', () => {
    const random = fc.uint8Array({ minLength: 64, maxLength: HEAD_BYTES, size: 'max' })
    fc.assert(
      fc.property(random, (bytes) => {
        expect(identify(Uint8Array.of(0x80, 0x81, ...bytes))?.mediaType).toBeUndefined()
      }),
      { numRuns: 300, seed: 20_261_127 },
    )
  })
})
