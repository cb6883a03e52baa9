/**
 * A strict reader of one buffered `multipart/form-data` body (RFC 7578, RFC 2046 §5.1).
 * Strict, because the platforms' own readers forgive a missing last delimiter or a stray CRLF, and a relay's mistake
 * must show: every byte between the headers' blank line and the delimiter's CRLF belongs to the part.
 */

export interface Part {
  name: string
  filename?: string
  type?: string
  /** A view of the body, not a copy. */
  bytes: Uint8Array<ArrayBuffer>
}

const CR = 13
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const BLANK_LINE = encoder.encode('\r\n\r\n')

/** The boundary parameter of a `multipart/form-data` media type, or undefined. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;\s*(?:.*;\s*)?boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/** The parts of a body, or undefined when the body breaks the grammar anywhere. */
export function parseMultipart(body: Uint8Array<ArrayBuffer>, boundary: string): Part[] | undefined {
  const delimiter = encoder.encode(`\r\n--${boundary}`)
  // The first delimiter has no CRLF of its own before it.
  if (!startsWith(body, delimiter.subarray(2), 0)) return undefined
  const parts: Part[] = []
  let position = delimiter.length - 2
  for (;;) {
    const after = decoder.decode(body.subarray(position, position + 4))
    if (after === '--' || after === '--\r\n') return position + after.length === body.length ? parts : undefined
    if (!after.startsWith('\r\n')) return undefined
    // A part without any header has no name: it is refused below.
    const headEnd = find(body, BLANK_LINE, position)
    if (headEnd < 0) return undefined
    const start = headEnd + BLANK_LINE.length
    const end = find(body, delimiter, start)
    if (end < 0) return undefined
    const part = readPart(decoder.decode(body.subarray(position + 2, headEnd)), body.subarray(start, end))
    if (part === undefined) return undefined
    parts.push(part)
    position = end + delimiter.length
  }
}

function readPart(head: string, bytes: Uint8Array<ArrayBuffer>): Part | undefined {
  const headers = new Map<string, string>()
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  const disposition = headers.get('content-disposition') ?? ''
  const name = /^form-data\s*;(?:.*;)?\s*name="([^"]*)"/i.exec(disposition)?.[1]
  if (name === undefined) return undefined
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1]
  const type = headers.get('content-type')
  return { name, bytes, ...(filename === undefined ? {} : { filename }), ...(type === undefined ? {} : { type }) }
}

function find(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (startsWith(bytes, pattern, at)) return at
  }
  return -1
}

function startsWith(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  return at + pattern.length <= bytes.length && pattern.every((byte, offset) => bytes[at + offset] === byte)
}
