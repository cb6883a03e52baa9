import { latin1, uint32 } from '../../lib/bytes.ts'

/** A box of ISO/IEC 14496-12, an atom in QuickTime's words. */
export interface Box {
  type: string
  /** Where its content begins and ends; the end may lie beyond the bytes at hand. */
  start: number
  end: number
}

const HEADER_BYTES = 8
const LARGE_HEADER_BYTES = 16

/** The boxes in a part of a file, as far as the bytes reach. Each takes eight bytes at least, so that there is an end. */
export function readBoxes(head: Uint8Array, within: { start: number; end: number }): Box[] {
  const found: Box[] = []
  let offset = within.start
  while (offset + HEADER_BYTES <= Math.min(within.end, head.length)) {
    const { headerBytes, boxBytes } = readSize(head, offset)
    if (boxBytes < headerBytes) break
    const end = offset + boxBytes
    found.push({ type: latin1(head, offset + 4, offset + HEADER_BYTES), start: offset + headerBytes, end })
    offset = end
  }
  return found
}

/** Section 4.2: a size of 1 is followed by one of 64 bits, and a box of size 0 reaches to the end of the file. */
function readSize(head: Uint8Array, offset: number): { headerBytes: number; boxBytes: number } {
  const size = uint32(head, offset)
  if (size === 0) return { headerBytes: HEADER_BYTES, boxBytes: Number.POSITIVE_INFINITY }
  if (size !== 1) return { headerBytes: HEADER_BYTES, boxBytes: size }
  const boxBytes = uint32(head, offset + HEADER_BYTES) * 2 ** 32 + uint32(head, offset + HEADER_BYTES + 4)
  return { headerBytes: LARGE_HEADER_BYTES, boxBytes }
}
