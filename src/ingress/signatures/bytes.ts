/** Bytes as characters of the same number; `TextDecoder` has no such encoding, its `latin1` is windows-1252. */
export function latin1(head: Uint8Array, start = 0, end: number = head.length): string {
  return String.fromCharCode(...head.subarray(start, end))
}

/** Whether these characters, one a byte, stand at the offset. */
export function hasAt(head: Uint8Array, offset: number, magic: string): boolean {
  return latin1(head, offset, offset + magic.length) === magic
}

/** Four bytes as an unsigned number; those beyond the end count as 0. */
export function uint32(head: Uint8Array, offset: number): number {
  return (
    ((at(head, offset) << 24) | (at(head, offset + 1) << 16) | (at(head, offset + 2) << 8) | at(head, offset + 3)) >>> 0
  )
}

/** Two bytes, the lower one first, as an unsigned number; those beyond the end count as 0. */
export function uint16LittleEndian(head: Uint8Array, offset: number): number {
  const [low = 0, high = 0] = head.subarray(offset, offset + 2)
  return (high << 8) | low
}

function at(head: Uint8Array, offset: number): number {
  return head[offset] ?? 0
}
