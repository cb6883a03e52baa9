/** Finds a multipart delimiter in bytes. */
export interface DelimiterSearch {
  /** Where the delimiter begins in `bytes`, or -1. */
  indexIn(bytes: Uint8Array): number
  /** How many bytes at the end of `bytes`, in which there is no delimiter, may be the beginning of one. */
  heldAtEnd(bytes: Uint8Array): number
}

const CR = 13
const LF = 10

/** Steps of one byte in a row after which the platform looks for the next CR: a call costs as much as many steps. */
const FEW_STEPS = 4
const MANY_STEPS = 64

/**
 * A search for `CRLF "--" boundary` (RFC 2046 section 5.1.1) that skips ahead by the last byte, after Horspool.
 *
 * Whatever a client chooses as boundary and sends, the time is linear: a delimiter has one CR, its first byte, so the
 * comparisons that begin at two CRs of the input never look at the same byte. Where the last byte lets it skip nothing
 * (a boundary of one letter, a file of the same), it goes to the next CR at once.
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
      let steps = 0
      let enough = FEW_STEPS
      for (let from = 0; from < end; ) {
        if (bytes[from] === CR && bytes[from + 1] === LF && matches(bytes, from, delimiter.length)) return from
        const skip = skips[bytes[from + last] ?? 0] ?? 1
        steps = skip > 1 ? 0 : steps + 1
        if (steps < enough) {
          from += skip
          continue
        }
        const next = bytes.indexOf(CR, from + 1)
        if (next < 0) return -1
        // Where CRs are close together, looking for each costs more than the steps.
        enough = next - from < MANY_STEPS ? MANY_STEPS : FEW_STEPS
        steps = 0
        from = next
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
