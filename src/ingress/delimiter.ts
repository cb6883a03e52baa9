/** Finds a multipart delimiter in bytes. */
export interface DelimiterSearch {
  /** Where the delimiter begins in `bytes`, or -1. */
  indexIn(bytes: Uint8Array): number
  /** How many bytes at the end of `bytes`, in which there is no delimiter, may be the beginning of one. */
  heldAtEnd(bytes: Uint8Array): number
}

const CR = 13

/**
 * A search for `CRLF "--" boundary` (RFC 2046 section 5.1.1) that skips ahead by the last byte, after Horspool.
 *
 * Whatever a client chooses as boundary and sends, the time is linear: a delimiter has one CR, its first byte, so the
 * comparisons that begin at two CRs of the input never look at the same byte.
 */
export function createDelimiterSearch(boundary: string): DelimiterSearch {
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  const last = delimiter.length - 1
  const skips = new Uint8Array(256).fill(delimiter.length)
  for (let index = 0; index < last; index++) skips[delimiter[index] ?? 0] = last - index

  function matches(bytes: Uint8Array, from: number, length: number): boolean {
    for (let index = 0; index < length; index++) if (bytes[from + index] !== delimiter[index]) return false
    return true
  }

  return {
    indexIn(bytes) {
      const end = bytes.length - last
      for (let from = 0; from < end; from += skips[bytes[from + last] ?? 0] ?? 1) {
        if (bytes[from] === CR && matches(bytes, from, delimiter.length)) return from
      }
      return -1
    },
    heldAtEnd(bytes) {
      const tail = bytes.subarray(Math.max(0, bytes.length - last))
      const from = tail.lastIndexOf(CR)
      return from >= 0 && matches(tail, from, tail.length - from) ? tail.length - from : 0
    },
  }
}
