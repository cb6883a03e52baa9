/** The text fields of a multipart body, in front of its `media`. */
export type EnvelopeFields = Readonly<Record<string, string>>

/**
 * The multipart bodies of an upload's calls, built around the segments' bytes without moving them: a segment's buffer
 * has room for the head in front of the data and for the tail behind it, so a whole body is one view of one buffer.
 */
export interface Envelope {
  contentType: string
  /** A view of `bytes` bytes with room around it for `wrap`; its memory may be that of a released segment. */
  allocate(bytes: number): Uint8Array<ArrayBuffer>
  /** At most `bytes` bytes of a segment from `offset` on, as a segment of their own. */
  copy(segment: Uint8Array<ArrayBuffer>, offset: number, bytes: number): Uint8Array<ArrayBuffer>
  /** Writes head and tail around a segment made by `allocate` and returns the whole body. */
  wrap(segment: Uint8Array<ArrayBuffer>, fields: EnvelopeFields): Uint8Array<ArrayBuffer>
  /** Gives a segment's memory back, once X has acknowledged it: nothing will be sent from it again. */
  release(segment: Uint8Array<ArrayBuffer>): void
}

const encoder = new TextEncoder()

/**
 * The boundary is new for every upload and has 122 random bits, so a client cannot put it into its file.
 * `widest` is the longest set of fields that `wrap` will be called with.
 */
export function createEnvelope(widest: EnvelopeFields): Envelope {
  const boundary = `x-media-${crypto.randomUUID()}`
  const head = (fields: EnvelopeFields) =>
    encoder.encode(
      Object.entries(fields)
        .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .concat(
          `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="segment"\r\n`,
          'Content-Type: application/octet-stream\r\n\r\n',
        )
        .join(''),
    )
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`)
  const headroom = head(widest).length
  const free: ArrayBuffer[] = []

  function allocate(bytes: number): Uint8Array<ArrayBuffer> {
    const needed = headroom + bytes + tail.length
    const index = free.findIndex(({ byteLength }) => byteLength >= needed)
    const buffer = free.splice(index, index < 0 ? 0 : 1)[0] ?? new ArrayBuffer(needed)
    return new Uint8Array(buffer, headroom, bytes)
  }

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    allocate,
    copy(segment, offset, bytes) {
      const part = segment.subarray(offset, offset + bytes)
      const copy = allocate(part.length)
      copy.set(part)
      return copy
    },
    wrap(segment, fields) {
      const start = head(fields)
      const offset = segment.byteOffset - start.length
      const body = new Uint8Array(segment.buffer, offset, start.length + segment.length + tail.length)
      body.set(start)
      body.set(tail, start.length + segment.length)
      return body
    },
    release(segment) {
      free.push(segment.buffer)
    },
  }
}
