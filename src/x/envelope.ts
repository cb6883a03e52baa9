/** The text fields of a multipart body, in front of its `media`. */
export type EnvelopeFields = Readonly<Record<string, string>>

/**
 * The multipart bodies of an upload's calls, built around the segments' bytes without moving them: a segment's buffer
 * has room for the head in front of the data and for the tail behind it, so a whole body is one view of one buffer.
 */
export interface Envelope {
  contentType: string
  /** Bytes of a buffer with room for a segment and for what `wrap` writes around it. */
  sizeAround(bytes: number): number
  /** The view of a segment of `bytes` bytes in such a buffer. */
  viewIn(buffer: ArrayBuffer, bytes: number): Uint8Array<ArrayBuffer>
  /** Writes head and tail around a segment in such a buffer and returns the whole body. */
  wrap(segment: Uint8Array<ArrayBuffer>, fields: EnvelopeFields): Uint8Array<ArrayBuffer>
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

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeAround: (bytes) => headroom + bytes + tail.length,
    viewIn: (buffer, bytes) => new Uint8Array(buffer, headroom, bytes),
    wrap(segment, fields) {
      const start = head(fields)
      const offset = segment.byteOffset - start.length
      const body = new Uint8Array(segment.buffer, offset, start.length + segment.length + tail.length)
      body.set(start)
      body.set(tail, start.length + segment.length)
      return body
    },
  }
}
