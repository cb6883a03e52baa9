/** Reads numbers of any count of bits, the highest bit first. Throws a RangeError at the end of the bytes. */
export interface BitReader {
  /** Bits that have not been read. */
  readonly left: number
  /** An unsigned number of up to 32 bits. */
  bits(count: number): number
  /** One bit. */
  flag(): boolean
  /** Passes over bits. */
  skip(count: number): void
  /** An unsigned Exp-Golomb code: ITU-T H.264 section 9.1 */
  unsigned(): number
  /** A signed one: section 9.1.1 */
  signed(): number
}

/** The longest code whose number has 32 bits. */
const MAX_LEADING_ZEROS = 31

export function createBitReader(bytes: Uint8Array): BitReader {
  const end = bytes.length * 8
  let position = 0

  function bits(count: number): number {
    if (position + count > end) throw new RangeError('The bits end too early.')
    let number = 0
    for (let read = 0; read < count; read++, position++) {
      number = number * 2 + (((bytes[position >> 3] ?? 0) >> (7 - (position & 7))) & 1)
    }
    return number
  }

  function unsigned(): number {
    let zeros = 0
    while (bits(1) === 0) if (++zeros > MAX_LEADING_ZEROS) throw new RangeError('The number has too many bits.')
    return 2 ** zeros - 1 + bits(zeros)
  }

  return {
    get left() {
      return end - position
    },
    bits,
    flag: () => bits(1) === 1,
    skip(count) {
      if (position + count > end) throw new RangeError('The bits end too early.')
      position += count
    },
    unsigned,
    signed() {
      const code = unsigned()
      return code % 2 === 1 ? (code + 1) / 2 : -code / 2
    },
  }
}
