import type { Part } from './state.ts'

/** A payload to add to the unit that its packets carry. */
interface Payload {
  pid: number
  startsUnit: boolean
  bytes: Uint8Array
  /** How many bytes of the unit are enough, by those at hand. */
  most(bytes: readonly number[]): number
}

/** Puts a unit together. Returns its beginning once there is enough of it, or when the next unit begins. */
export function gather(parts: Part[], { pid, startsUnit, bytes, most }: Payload): Uint8Array | undefined {
  const before = parts.findIndex((part) => part.pid === pid)
  const [finished] = startsUnit && before >= 0 ? parts.splice(before, 1) : []
  if (startsUnit) parts.push({ pid, bytes: [] })
  const part = parts.find((other) => other.pid === pid)
  if (part) for (const byte of bytes) if (part.bytes.length < most(part.bytes)) part.bytes.push(byte)
  if (part && part.bytes.length >= most(part.bytes)) {
    parts.splice(parts.indexOf(part), 1)
    return Uint8Array.from(part.bytes)
  }
  return finished && Uint8Array.from(finished.bytes)
}
