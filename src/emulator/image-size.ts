/** Reads the size of an image from its header, in the formats of `image/*` that X accepts, except TIFF. */

export interface ImageSize {
  /** Width in pixels. */
  w: number
  /** Height in pixels. */
  h: number
}

/** The size as stored: an orientation in the metadata is ignored. Undefined when there is no header that tells it. */
export function imageSize(file: Uint8Array<ArrayBuffer>): ImageSize | undefined {
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const text = (at: number, length: number) => String.fromCharCode(...file.subarray(at, at + length))
  try {
    if (text(1, 3) === 'PNG' && text(12, 4) === 'IHDR') return { w: header.getUint32(16), h: header.getUint32(20) }
    if (text(0, 4) === 'GIF8') return { w: header.getUint16(6, true), h: header.getUint16(8, true) }
    if (text(0, 2) === 'BM') return bmpSize(header)
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(header, text(12, 4))
    return header.getUint16(0) === 0xffd8 ? jpegSize(header) : undefined
  } catch (error) {
    // The header is cut off.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function bmpSize(header: DataView): ImageSize {
  const isOs2 = header.getUint32(14, true) === 12
  if (isOs2) return { w: header.getUint16(18, true), h: header.getUint16(20, true) }
  // The height is negative when the rows are stored from top to bottom.
  return { w: header.getInt32(18, true), h: Math.abs(header.getInt32(22, true)) }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(header: DataView, format: string): ImageSize | undefined {
  const uint24 = (at: number) => header.getUint16(at, true) + (header.getUint8(at + 2) << 16)
  switch (format) {
    case 'VP8 ':
      return { w: header.getUint16(26, true) & 0x3fff, h: header.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      const bits = header.getUint32(21, true)
      return { w: (bits & 0x3fff) + 1, h: ((bits >> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { w: uint24(24) + 1, h: uint24(27) + 1 }
    default:
      return undefined
  }
}

/** Markers in the range of the frame headers for Huffman tables, arithmetic coding, and one that is reserved. */
const NO_FRAME_HEADERS: readonly number[] = [0xc4, 0xc8, 0xcc]

/** Finds the frame header (SOF) behind the segments that may come first. ITU-T T.81, annex B */
function jpegSize(header: DataView): ImageSize | undefined {
  let position = 2
  for (;;) {
    if (header.getUint8(position) !== 0xff) return undefined
    // Any number of fill bytes may come before a marker.
    while (header.getUint8(position + 1) === 0xff) position++
    const marker = header.getUint8(position + 1)
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME_HEADERS.includes(marker)) {
      return { w: header.getUint16(position + 7), h: header.getUint16(position + 5) }
    }
    position += 2 + header.getUint16(position + 2)
  }
}
