/** Bytes as characters of the same number; `TextDecoder` has no such encoding, its `latin1` is windows-1252. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}

/** Whether these characters, one a byte, stand at the offset. */
export function hasAt(bytes: Uint8Array, offset: number, magic: string): boolean {
  for (let index = 0; index < magic.length; index++) {
    if (bytes[offset + index] !== magic.charCodeAt(index)) return false
  }
  return true
}

// The numbers are unsigned, and bytes beyond the end count as 0.

/** Two bytes, the higher one first. */
export function uint16(bytes: Uint8Array, offset: number): number {
  return (at(bytes, offset) << 8) | at(bytes, offset + 1)
}

/** Three bytes, the highest first. */
export function uint24(bytes: Uint8Array, offset: number): number {
  return (uint16(bytes, offset) << 8) | at(bytes, offset + 2)
}

/** Four bytes, the highest first. */
export function uint32(bytes: Uint8Array, offset: number): number {
  return ((uint16(bytes, offset) << 16) | uint16(bytes, offset + 2)) >>> 0
}

/** Eight bytes, the highest first. Above 2^53 the number is rounded. */
export function uint64(bytes: Uint8Array, offset: number): number {
  return uint32(bytes, offset) * 2 ** 32 + uint32(bytes, offset + 4)
}

/** Two bytes, the lower one first. */
export function uint16LittleEndian(bytes: Uint8Array, offset: number): number {
  return at(bytes, offset) | (at(bytes, offset + 1) << 8)
}

/** Three bytes, the lowest first. */
export function uint24LittleEndian(bytes: Uint8Array, offset: number): number {
  return uint16LittleEndian(bytes, offset) | (at(bytes, offset + 2) << 16)
}

/** Four bytes, the lowest first. */
export function uint32LittleEndian(bytes: Uint8Array, offset: number): number {
  return (uint16LittleEndian(bytes, offset) | (uint16LittleEndian(bytes, offset + 2) << 16)) >>> 0
}

function at(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0
}
