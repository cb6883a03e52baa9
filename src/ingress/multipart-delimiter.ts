/** Finds a multipart delimiter in bytes. */
export interface DelimiterSearch {
  /** Where the delimiter starts in `bytes`, or -1. */
  indexIn(bytes: Uint8Array): number
  /** How many bytes at the end may be the start of a delimiter; call this when `bytes` has no whole one. */
  partialAtEnd(bytes: Uint8Array): number
}

const CR = 13
const LF = 10

/** After this many steps of one byte in a row, the search lets `indexOf` find the next CR. */
const STEPS_BEFORE_JUMP = 4
/** The same where CRs are this close together: a call of `indexOf` costs as much as many steps. */
const STEPS_WHERE_CRS_ARE_CLOSE = 64

/**
 * A search for `CRLF "--" boundary` (RFC 2046 section 5.1.1) that skips ahead by the last byte (Horspool's algorithm).
 *
 * It takes linear time, whatever boundary and bytes a client sends. A delimiter has one CR, its first byte, so
 * comparisons that start at different CRs never look at the same byte. Where the last byte allows no skip (a one-letter
 * boundary, a file of that letter), the search goes to the next CR directly.
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
      let maxSteps = STEPS_BEFORE_JUMP
      for (let from = 0; from < end; ) {
        if (bytes[from] === CR && bytes[from + 1] === LF && matches(bytes, from, delimiter.length)) return from
        const skip = skips[bytes[from + last] ?? 0] ?? 1
        steps = skip > 1 ? 0 : steps + 1
        if (steps < maxSteps) {
          from += skip
          continue
        }
        const nextCr = bytes.indexOf(CR, from + 1)
        if (nextCr < 0) return -1
        maxSteps = nextCr - from < STEPS_WHERE_CRS_ARE_CLOSE ? STEPS_WHERE_CRS_ARE_CLOSE : STEPS_BEFORE_JUMP
        steps = 0
        from = nextCr
      }
      return -1
    },
    partialAtEnd(bytes) {
      const tail = bytes.subarray(Math.max(0, bytes.length - last))
      const from = tail.lastIndexOf(CR)
      return from >= 0 && matches(tail, from, tail.length - from) ? tail.length - from : 0
    },
  }
}
