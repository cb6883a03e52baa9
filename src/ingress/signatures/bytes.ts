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
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(offset, offset + 4)
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

/** Two bytes, the lower one first, as an unsigned number; those beyond the end count as 0. */
export function uint16LittleEndian(head: Uint8Array, offset: number): number {
  const [low = 0, high = 0] = head.subarray(offset, offset + 2)
  return (high << 8) | low
}
