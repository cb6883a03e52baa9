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
  bytes: DataView,
  offset: number,
): { isLittleEndian: boolean; directory: number } | undefined {
  const order = bytes.getUint16(offset)
  const isLittleEndian = order === LITTLE_ENDIAN
  if (!isLittleEndian && order !== BIG_ENDIAN) return undefined
  if (bytes.getUint16(offset + 2, isLittleEndian) !== MAGIC) return undefined
  return { isLittleEndian, directory: bytes.getUint32(offset + 4, isLittleEndian) }
}

/** An entry whose value is one number of two or four bytes, as those named above are. */
export function readEntry(bytes: DataView, isLittleEndian: boolean): { tag: number; value: number } {
  const isShort = bytes.getUint16(2, isLittleEndian) === SHORT
  return {
    tag: bytes.getUint16(0, isLittleEndian),
    value: isShort ? bytes.getUint16(8, isLittleEndian) : bytes.getUint32(8, isLittleEndian),
  }
}

/** Orientations 5 to 8 turn the picture by 90° or 270°. Exif 2.32, 4.6.4 */
export function isTurned(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8
}
