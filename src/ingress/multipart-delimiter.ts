/** Finds a multipart delimiter in bytes. */
export interface DelimiterSearch {
  /** Where the delimiter starts in `bytes`, or -1. */
  indexIn(bytes: Uint8Array): number
  /** How many bytes at the end may be the start of a delimiter; call this when `bytes` has no whole one. */
  partialAtEnd(bytes: Uint8Array): number
}

const CR = 13

/** The pairs of bytes that a delimiter has are kept in a table of this many places, a power of two. */
const PAIR_PLACES = 4096

function pairPlace(first: number, second: number): number {
  return ((first << 4) ^ second) & (PAIR_PLACES - 1)
}

/**
 * A search for `CRLF "--" boundary` (RFC 2046 section 5.1.1). A delimiter of n bytes has n - 1 pairs of neighbours, so one
 * of them is at every (n - 1)th byte: only there do we look for it, which skips most of a file.
 *
 * It takes linear time, whatever boundary and bytes a client sends. A delimiter has one CR, its first byte, so
 * comparisons that start at different CRs never look at the same byte.
 */
export function createDelimiterSearch(boundary: string): DelimiterSearch {
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  const stride = delimiter.length - 1
  const hasPair = new Uint8Array(PAIR_PLACES)
  for (let index = 0; index < stride; index++) {
    hasPair[pairPlace(delimiter[index] ?? 0, delimiter[index + 1] ?? 0)] = 1
  }

  function matches(bytes: Uint8Array, from: number, length: number): boolean {
    for (let index = 1; index < length; index++) if (bytes[from + index] !== delimiter[index]) return false
    return true
  }

  /** Where a delimiter starts that has its pair at `pairAt`, or -1. */
  function startAround(pairAt: number, bytes: Uint8Array): number {
    for (let from = pairAt - stride + 1; from <= pairAt; from++) {
      if (bytes[from] === CR && matches(bytes, from, delimiter.length)) return from
    }
    return -1
  }

  return {
    indexIn(bytes) {
      const lastPair = bytes.length - 2
      for (let at = stride - 1; at <= lastPair; at += stride) {
        if (hasPair[pairPlace(bytes[at] ?? 0, bytes[at + 1] ?? 0)] === 0) continue
        const start = startAround(at, bytes)
        if (start >= 0) return start
      }
      return -1
    },
    partialAtEnd(bytes) {
      const tail = bytes.subarray(Math.max(0, bytes.length - stride))
      const from = tail.lastIndexOf(CR)
      return from >= 0 && matches(tail, from, tail.length - from) ? tail.length - from : 0
    },
  }
}
