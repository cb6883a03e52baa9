import { hasAt, uint16LittleEndian } from '../../lib/bytes.ts'
import { type Finding, unsupportedImage } from './finding.ts'

/** SOI and the first byte of the next marker. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern */
const JPEG = '\xff\xd8\xff'
/** https://www.w3.org/TR/png-3/#5PNG-file-signature */
const PNG = '\x89PNG\r\n\x1a\n'
/** The type of the first chunk stands behind the signature and the chunk's length. */
const PNG_FIRST_CHUNK = 12
/** GIF89a specification, section 17. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const GIF = ['GIF87a', 'GIF89a']
/** TIFF 6.0, section 2, and BigTIFF. https://libtiff.gitlab.io/libtiff/specification/bigtiff.html */
const TIFF = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']
/** A Canon CR2 is a TIFF with a header of its own. https://github.com/lclevy/libcraw2/blob/master/docs/cr2_poster.pdf */
const CR2_OFFSET = 8

/** Still and moving pictures that X takes. */
export function recognizeImage(head: Uint8Array): Finding | undefined {
  if (hasAt(head, 0, JPEG)) return { mediaType: 'image/jpeg' }
  if (hasAt(head, 0, PNG)) return hasAt(head, PNG_FIRST_CHUNK, 'CgBI') ? APPLE_PNG : { mediaType: 'image/png' }
  if (GIF.some((magic) => hasAt(head, 0, magic))) return { mediaType: 'image/gif' }
  // RFC 9649, "WebP File Header"
  if (hasAt(head, 0, 'RIFF') && hasAt(head, 8, 'WEBP')) return { mediaType: 'image/webp' }
  if (TIFF.some((magic) => hasAt(head, 0, magic))) {
    return hasAt(head, CR2_OFFSET, 'CR') ? CANON_RAW : { mediaType: 'image/tiff' }
  }
  return isBitmap(head) ? { mediaType: 'image/bmp' } : undefined
}

/** https://theapplewiki.com/wiki/PNG_CgBI_Format */
const APPLE_PNG: Finding = {
  refusal:
    'This is a PNG in the variant that Xcode writes into apps (CgBI), which only Apple’s software reads. Send the original PNG.',
}

/** Canon's raw photos, as CR2 and as CR3. */
export const CANON_RAW: Finding = unsupportedImage('a raw photo from a Canon camera', 'raw photos')

/** The size of the second header stands at byte 14; the largest is BITMAPV5HEADER. https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types */
const HEADER_SIZE_OFFSET = 14
const MAX_HEADER_BYTES = 124

/** Text may begin with BM too, but its bytes would make an absurdly large header. */
function isBitmap(head: Uint8Array): boolean {
  const isSmall =
    uint16LittleEndian(head, HEADER_SIZE_OFFSET) <= MAX_HEADER_BYTES &&
    uint16LittleEndian(head, HEADER_SIZE_OFFSET + 2) === 0
  return hasAt(head, 0, 'BM') && isSmall && head.length >= HEADER_SIZE_OFFSET + 4
}
