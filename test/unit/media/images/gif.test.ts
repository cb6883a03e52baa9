import { describe, expect, it } from 'vitest'
import { ascii, joined } from '../../../support/bytes.ts'
import { counted } from '../../../support/counted-bytes.ts'
import { READERS, readFacts } from '../../../support/image-facts.ts'
import { readFixture } from '../../../support/media-fixtures.ts'

describe('a GIF', () => {
  const gif = readFixture('media-facts/gif-once.gif')

  it('is known to be animated at its second image', () => {
    const reader = READERS.gif()
    reader.push(gif.subarray(0, gif.length - 200))
    expect(reader.facts()).toEqual({ container: 'gif', width: 48, height: 36, animated: true })
  })

  it('that ends within an image has no count of its frames', () => {
    expect(readFacts('gif', gif.subarray(0, -2))).toEqual({ container: 'gif', width: 48, height: 36, animated: true })
  })

  it('without an image is nothing but its size', () => {
    expect(readFacts('gif', joined(gif.subarray(0, 10), [0, 0, 0, 0x3b]))).toEqual({
      container: 'gif',
      width: 48,
      height: 36,
    })
  })

  const head = gif.subarray(0, 10)

  it('is read in data of one byte at a time', () => {
    const image = joined([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2], new Uint8Array(2 * 1000).fill(1), [0])
    expect(readFacts('gif', joined(head, [0, 0, 0], image, image, [0x3b]))).toMatchObject({ frames: 2 })
  })

  it('of extensions without content is left after 100,000 of them', () => {
    const extension = [0x21, 0xfe, 0]
    const extensions = joined(...Array.from({ length: 200_000 }, () => extension))
    const { bytes, reads } = counted(joined(head, [0, 0, 0], extensions))
    expect(() => READERS.gif().push(bytes)).toThrow('too many blocks')
    expect(reads()).toBeLessThan(3 * 100_000 + 100)
  })

  it.each([
    ['block is of no known kind', [0x99]],
    ['control extension has another size', [0x21, 0xf9, 5, 0, 0, 0, 0]],
    ['application extension has another size', [0x21, 0xff, 3, ...ascii('NETSCAPE2.0')]],
  ])('whose %s contradicts itself', (_, bytes) => {
    expect(() => readFacts('gif', joined(gif.subarray(0, 10), [0, 0, 0], bytes))).toThrow(/GIF/)
  })
})
