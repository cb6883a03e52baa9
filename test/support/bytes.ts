export type Bytes = Uint8Array | readonly number[]

/** The bytes of all parts, one after another. */
export function joined(...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** The bytes of a text. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
