import { describe, expect, it } from 'vitest'
import { imageSize } from '../../../src/emulator/image-size.ts'
import { IMAGE_HEADERS, PNG } from '../../support/image-headers.ts'

describe('the size of an image', () => {
  it.each(Object.entries(IMAGE_HEADERS))('is read from %s', (_, header) => {
    expect(imageSize(header)).toEqual({ w: 3, h: 2 })
  })

  it('is read where the bytes are part of a larger buffer', () => {
    const larger = new Uint8Array([1, 2, 3, ...PNG])
    expect(imageSize(larger.subarray(3))).toEqual({ w: 3, h: 2 })
  })

  it.each(Object.entries(IMAGE_HEADERS))('is unknown, not wrong, in the first bytes of %s', (_, header) => {
    for (let length = 0; length < header.length; length++) {
      expect([undefined, { w: 3, h: 2 }]).toContainEqual(imageSize(header.slice(0, length)))
    }
    expect(imageSize(header.slice(0, 8))).toBeUndefined()
  })

  it.each([
    ['no bytes', []],
    ['text', [...new TextEncoder().encode('This is not an image, but a text.')]],
    ['a PNG of Apple, which has another chunk first', [...PNG.slice(0, 12), 0x43, 0x67, 0x42, 0x49, 0, 0, 0, 0]],
    ['a JPEG without a frame', [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0, 0]],
    ['a WebP with an unknown chunk', [...new TextEncoder().encode('RIFF....WEBPJUNK............')]],
  ])('is unknown for %s', (_, file) => {
    expect(imageSize(Uint8Array.from(file))).toBeUndefined()
  })
})
