/** A number and how many bits it takes; `ue` is an unsigned Exp-Golomb code. */
export type Bits = readonly [number: number, bits: number | 'ue']

/** Writes numbers bit by bit, the highest first, and fills the last byte with zeros. */
export function writeBits(...fields: readonly Bits[]): Uint8Array<ArrayBuffer> {
  const text = fields.map(([number, bits]) => (bits === 'ue' ? expGolomb(number) : plain(number, bits))).join('')
  const bytes = new Uint8Array(Math.ceil(text.length / 8))
  for (const at of bytes.keys()) bytes[at] = Number.parseInt(text.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2)
  return bytes
}

function plain(number: number, bits: number): string {
  return bits === 0 ? '' : number.toString(2).padStart(bits, '0')
}

function expGolomb(number: number): string {
  const digits = (number + 1).toString(2)
  return '0'.repeat(digits.length - 1) + digits
}
