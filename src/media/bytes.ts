import { uint32 } from '../ingress/signatures/bytes.ts'

/** Two bytes as an unsigned number; those beyond the end count as 0. */
export function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
}

/** Three bytes as an unsigned number; those beyond the end count as 0. */
export function uint24(bytes: Uint8Array, offset: number): number {
  return (uint16(bytes, offset) << 8) | (bytes[offset + 2] ?? 0)
}

/** Eight bytes as an unsigned number. Above 2^53 it is rounded. */
export function uint64(bytes: Uint8Array, offset: number): number {
  return uint32(bytes, offset) * 2 ** 32 + uint32(bytes, offset + 4)
}
