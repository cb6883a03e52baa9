/** The text fields of a multipart body; they come before its `media` part. */
export type EnvelopeFields = Readonly<Record<string, string>>

/**
 * Builds multipart bodies around segments without copying them. A segment's buffer has room for the head before the data
 * and for the tail after it, so that a whole body is one view of one buffer.
 */
export interface Envelope {
  contentType: string
  /** The size of a buffer with room for a segment of this many bytes, its head and its tail. */
  bufferBytes(segmentBytes: number): number
  /** The view for a segment of this many bytes in such a buffer. */
  viewIn(buffer: ArrayBuffer, segmentBytes: number): Uint8Array<ArrayBuffer>
  /** The view for a segment of this many bytes in a new buffer. */
  allocate(segmentBytes: number): Uint8Array<ArrayBuffer>
  /** Copies bytes into a new buffer, as a segment of its own. */
  copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer>
  /** Writes head and tail around a segment in such a buffer, and returns the whole body. */
  wrap(segment: Uint8Array<ArrayBuffer>, fields: EnvelopeFields): Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()

/**
 * The boundary is new for each envelope and has 122 random bits, so that no client can put it into a file.
 *
 * @param longestFields The longest fields that `wrap` will be called with; the room for the head depends on them.
 */
export function createEnvelope(longestFields: EnvelopeFields): Envelope {
  const boundary = `x-media-${crypto.randomUUID()}`
  const headOf = (fields: EnvelopeFields) =>
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
  const headBytes = headOf(longestFields).length

  const envelope: Envelope = {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bufferBytes: (segmentBytes) => headBytes + segmentBytes + tail.length,
    viewIn: (buffer, segmentBytes) => new Uint8Array(buffer, headBytes, segmentBytes),
    allocate: (segmentBytes) => envelope.viewIn(new ArrayBuffer(envelope.bufferBytes(segmentBytes)), segmentBytes),
    copyOf(bytes) {
      const segment = envelope.allocate(bytes.length)
      segment.set(bytes)
      return segment
    },
    wrap(segment, fields) {
      const head = headOf(fields)
      const start = segment.byteOffset - head.length
      const body = new Uint8Array(segment.buffer, start, head.length + segment.length + tail.length)
      body.set(head)
      body.set(tail, head.length + segment.length)
      return body
    },
  }
  return envelope
}
