import { uint16, uint16LittleEndian, uint32, uint32LittleEndian } from '../../lib/bytes.ts'

/*
 * A TIFF begins with a directory of entries that describe its picture. Exif in a JPEG is such a TIFF without a picture.
 * TIFF 6.0, section 2. https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
 */

/** Byte order, a magic number, and the offset of the first directory. */
export const TIFF_HEADER_BYTES = 8
/** The number of entries before the entries. */
export const COUNT_BYTES = 2
export const ENTRY_BYTES = 12

export const WIDTH_TAG = 0x100
export const HEIGHT_TAG = 0x101
export const COLORS_TAG = 0x106
export const ORIENTATION_TAG = 0x112

const BIG_ENDIAN = 0x4d4d
const LITTLE_ENDIAN = 0x4949
const MAGIC = 42
const SHORT = 3

/** Where the first directory is, counted from the header; undefined if this is no header, or that of a BigTIFF. */
export function readTiffHeader(
  bytes: Uint8Array,
  offset: number,
): { isLittleEndian: boolean; directory: number } | undefined {
  const order = uint16(bytes, offset)
  const isLittleEndian = order === LITTLE_ENDIAN
  if (!isLittleEndian && order !== BIG_ENDIAN) return undefined
  if (read16(bytes, offset + 2, isLittleEndian) !== MAGIC) return undefined
  return { isLittleEndian, directory: read32(bytes, offset + 4, isLittleEndian) }
}

/** How many entries follow. */
export function readCount(bytes: Uint8Array, isLittleEndian: boolean): number {
  return read16(bytes, 0, isLittleEndian)
}

/** An entry whose value is one number of two or four bytes, as those named above are. */
export function readEntry(bytes: Uint8Array, isLittleEndian: boolean): { tag: number; value: number } {
  const isShort = read16(bytes, 2, isLittleEndian) === SHORT
  return {
    tag: read16(bytes, 0, isLittleEndian),
    value: isShort ? read16(bytes, 8, isLittleEndian) : read32(bytes, 8, isLittleEndian),
  }
}

/** Orientations 5 to 8 turn the picture by 90° or 270°. Exif 2.32, 4.6.4 */
export function isTurned(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8
}

function read16(bytes: Uint8Array, offset: number, isLittleEndian: boolean): number {
  return isLittleEndian ? uint16LittleEndian(bytes, offset) : uint16(bytes, offset)
}

function read32(bytes: Uint8Array, offset: number, isLittleEndian: boolean): number {
  return isLittleEndian ? uint32LittleEndian(bytes, offset) : uint32(bytes, offset)
}
