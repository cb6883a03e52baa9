import { describe, expect, it } from 'vitest'
import { ascii, type Bytes, joined } from '../../../support/bytes.ts'
import { readFacts } from '../../../support/image-facts.ts'

describe('a HEIC photo', () => {
  const box = (type: string, ...content: readonly Bytes[]) => {
    const bytes = joined(...content)
    return joined([0, 0, (bytes.length + 8) >> 8, (bytes.length + 8) & 0xff], ascii(type), bytes)
  }
  const size = (width: number, height: number) =>
    box('ispe', [0, 0, 0, 0, 0, 0, width >> 8, width & 0xff, 0, 0, height >> 8, height & 0xff])
  const turn = (quarters: number) => box('irot', [quarters])
  const photo = (...properties: Uint8Array[]) =>
    joined(
      box('ftyp', ascii('heic')),
      box('meta', [0, 0, 0, 0], box('hdlr', [1, 2]), box('iprp', box('ipco', ...properties))),
    )

  it('has the size of its largest part, turned as it says', () => {
    const parts = [size(512, 512), size(4032, 3024), size(320, 240)]
    expect(readFacts('heic', photo(...parts))).toEqual({ container: 'heic', width: 4032, height: 3024 })
    expect(readFacts('heic', photo(...parts, turn(2)))).toMatchObject({ width: 4032, height: 3024 })
    expect(readFacts('heic', photo(...parts, box('hvcC', [1, 2, 3]), turn(3)))).toMatchObject({
      width: 3024,
      height: 4032,
    })
  })

  it('whose parts are turned in different ways has no size', () => {
    expect(readFacts('heic', photo(size(64, 32), turn(0), turn(1)))).toEqual({ container: 'heic' })
  })

  it('is read behind a box of 64 bits of size', () => {
    const large = joined([0, 0, 0, 1], ascii('free'), [0, 0, 0, 0, 0, 0, 0, 20], [1, 2, 3, 4])
    expect(readFacts('heic', joined(large, photo(size(64, 32))))).toMatchObject({ width: 64, height: 32 })
  })

  it.each([
    ['has a box shorter than its header', joined([0, 0, 0, 7], ascii('free'))],
    [
      'has a box of 64 bits that is shorter than its header',
      joined([0, 0, 0, 1], ascii('free'), [0, 0, 0, 0, 0, 0, 0, 15]),
    ],
    ['has a box longer than any file', joined([0, 0, 0, 1], ascii('free'), [1, 0, 0, 0, 0, 0, 0, 0])],
    ['ends before its properties', joined([0, 0, 0, 0], ascii('mdat'))],
    ['has a property longer than the list', box('ipco', [0, 0, 0, 20], ascii('ispe'))],
  ])('that %s contradicts itself', (_, bytes) => {
    expect(() => readFacts('heic', joined(bytes, new Uint8Array(40)))).toThrow(/HEIF/)
  })
})
