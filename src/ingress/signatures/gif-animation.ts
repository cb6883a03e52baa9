/** Bytes of the header and the logical screen descriptor. https://www.w3.org/Graphics/GIF/spec-gif89a.txt sections 17, 18 */
const HEADER_BYTES = 13
const SCREEN_FLAGS_OFFSET = 10

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b

/** Section 20: an image descriptor, its flags last. */
const IMAGE_DESCRIPTOR_BYTES = 10

/**
 * Whether a GIF has more than one image; its loop extension does not matter. Undefined if the bytes end too early to tell.
 *
 * @param bytes The beginning of a GIF, as much of it as there is.
 * @param isWhole Whether they are all of it. Some programs leave the trailer out, so the end of the file counts as one.
 */
export function isAnimatedGif(bytes: Uint8Array, isWhole = false): boolean | undefined {
  let images = 0
  let offset = HEADER_BYTES + colorTableBytes(bytes[SCREEN_FLAGS_OFFSET])
  for (;;) {
    const block = bytes[offset]
    if (block === IMAGE) {
      images += 1
      if (images > 1) return true
      const flags = bytes[offset + IMAGE_DESCRIPTOR_BYTES - 1]
      // One byte of LZW code size stands in front of the image's data.
      offset = skipSubBlocks(bytes, offset + IMAGE_DESCRIPTOR_BYTES + colorTableBytes(flags) + 1)
    } else if (block === EXTENSION) {
      offset = skipSubBlocks(bytes, offset + 2)
    } else {
      const hasEnded = block === TRAILER || (isWhole && images === 1 && offset === bytes.length)
      return hasEnded ? false : undefined
    }
  }
}

/** A table is there if the highest bit is set; the lowest three tell how many colors of three bytes it has. */
function colorTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0
}

/** Section 15: sub-blocks of up to 255 bytes each; one without bytes ends them. */
function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let offset = start
  for (let size = bytes[offset]; size; size = bytes[offset]) offset += 1 + size
  return offset + 1
}
