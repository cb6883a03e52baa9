/** Bytes of an element's id, by the first of them: RFC 8794 section 5 allows four. */
export function idBytes(first: number | undefined): number {
  return bytesOf(first, 4)
}

/** Bytes of a size, by the first of them: section 6 allows eight. */
export function sizeBytes(first: number | undefined): number {
  return bytesOf(first, 8)
}

/** RFC 8794 section 4: the zero bits before the first one tell how many bytes follow. */
function bytesOf(first = 0, most: number): number {
  const bytes = Math.clz32(first) - 23
  if (bytes > most) throw new Error(`A number has more than ${most} bytes.`)
  return bytes
}

/** By the count of bytes: seven bits of each. */
const UNKNOWN_SIZES: readonly number[] = Array.from({ length: 9 }, (_, bytes) => 2 ** (7 * bytes) - 1)

/** A size: all its bits but for the one that marks its length. Undefined if they are all ones: RFC 8794 section 6.2 */
export function readSize(bytes: Uint8Array, start: number, end: number): number | undefined {
  const size = readMarked(bytes, start, end)
  return size === UNKNOWN_SIZES[end - start] ? undefined : size
}

/** A number without the bit that marks its length. Above 2^53 it is rounded. */
export function readMarked(bytes: Uint8Array, start: number, end: number): number {
  let number = (bytes[start] ?? 0) & (0xff >> (end - start))
  for (let at = start + 1; at < end; at++) number = number * 256 + (bytes[at] ?? 0)
  return number
}

/** A number of any count of bytes. Above 2^53 it is rounded. */
export function readUnsigned(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let number = 0
  for (let at = start; at < end; at++) number = number * 256 + (bytes[at] ?? 0)
  return number
}

/** A floating-point number of four or eight bytes: RFC 8794 section 7.3 */
export function readFloat(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length === 4) return view.getFloat32(0)
  return bytes.length === 8 ? view.getFloat64(0) : 0
}
