import { joined } from './bytes.ts'

/** Numbers from 0 to 1, the same for the same seed: xorshift32, https://www.jstatsoft.org/article/view/v008i14 */
export function createRandom(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** What sizes and counts are set to. */
const EXTREMES = [0, 1, 7, 8, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

const MOST_CHANGES = 6

/** Bytes within which most headers begin. */
const HEADER_BYTES = 80

/** A file with some of its bytes changed, left out, repeated, or replaced by those of another file. */
export function mutate(file: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  let mutated = file.slice()
  const below = (limit: number) => Math.floor(random() * limit)
  for (let change = 1 + below(MOST_CHANGES); change > 0 && mutated.length > 0; change--) {
    mutated = CHANGES[below(CHANGES.length)]?.({ file: mutated, other, below }) ?? mutated
  }
  return mutated
}

interface Mutation {
  file: Uint8Array<ArrayBuffer>
  other: Uint8Array
  /** A whole number from 0 to below the limit. */
  below(limit: number): number
}

type Change = (mutation: Mutation) => Uint8Array<ArrayBuffer>

/** Changes of bytes come more often: the others leave less of the file to read. */
const CHANGES: readonly Change[] = [
  changeByte,
  changeByte,
  changeBit,
  changeBit,
  setField,
  setField,
  setField,
  leaveOut,
  repeat,
  splice,
]

function changeByte({ file, below }: Mutation): Uint8Array<ArrayBuffer> {
  file[place(file, below)] = below(256)
  return file
}

function changeBit({ file, below }: Mutation): Uint8Array<ArrayBuffer> {
  const at = place(file, below)
  file[at] = (file[at] ?? 0) ^ (1 << below(8))
  return file
}

function setField({ file, below }: Mutation): Uint8Array<ArrayBuffer> {
  if (file.length >= 4)
    new DataView(file.buffer).setUint32(below(file.length - 3), EXTREMES[below(EXTREMES.length)] ?? 0)
  return file
}

function leaveOut({ file, below }: Mutation): Uint8Array<ArrayBuffer> {
  const at = below(file.length)
  return joined(file.subarray(0, at), file.subarray(at + below(64)))
}

function repeat({ file, below }: Mutation): Uint8Array<ArrayBuffer> {
  const at = below(file.length)
  return joined(file.subarray(0, at), file.subarray(below(at + 1)))
}

function splice({ file, other, below }: Mutation): Uint8Array<ArrayBuffer> {
  const at = below(file.length)
  return joined(file.subarray(0, at), other.subarray(below(other.length)))
}

/** An offset in a file, every other time near its beginning. */
function place({ length }: Uint8Array, below: Mutation['below']): number {
  return below(below(2) === 0 ? Math.min(HEADER_BYTES, length) : length)
}
