/**
 * Parses a buffered `multipart/form-data` body (RFC 7578, RFC 2046 §5.1). Stricter than the platforms' own parsers, which
 * accept a missing last delimiter or a stray CRLF, so that a client's mistake shows: every byte between the blank line
 * after the headers and the CRLF before the delimiter belongs to the part.
 */

export interface FormPart {
  name: string
  filename?: string
  /** The part's `Content-Type`. */
  type?: string
  /** A view of the body, not a copy. */
  bytes: Uint8Array<ArrayBuffer>
}

const CR = 13
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const BLANK_LINE = encoder.encode('\r\n\r\n')

/** The boundary in a `multipart/form-data` content type; undefined when there is none. */
export function readBoundary(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;\s*(?:.*;\s*)?boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/** The parts of a body; undefined when any of it breaks the grammar. */
export function parseMultipart(body: Uint8Array<ArrayBuffer>, boundary: string): FormPart[] | undefined {
  const delimiter = encoder.encode(`\r\n--${boundary}`)
  // The first delimiter starts the body, without a CRLF before it.
  if (!matchesAt(body, delimiter.subarray(2), 0)) return undefined
  const parts: FormPart[] = []
  let position = delimiter.length - 2
  for (;;) {
    const after = decoder.decode(body.subarray(position, position + 4))
    if (after === '--' || after === '--\r\n') return position + after.length === body.length ? parts : undefined
    if (!after.startsWith('\r\n')) return undefined
    // Searching from the delimiter's own CRLF also finds a part without headers, which is refused: it has no name.
    const headEnd = find(body, BLANK_LINE, position)
    if (headEnd < 0) return undefined
    const start = headEnd + BLANK_LINE.length
    const end = find(body, delimiter, start)
    if (end < 0) return undefined
    const part = parsePart(decoder.decode(body.subarray(position + 2, headEnd)), body.subarray(start, end))
    if (part === undefined) return undefined
    parts.push(part)
    position = end + delimiter.length
  }
}

function parsePart(head: string, bytes: Uint8Array<ArrayBuffer>): FormPart | undefined {
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

/** The position of a pattern that starts with CR; -1 when it is not there. */
function find(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (matchesAt(bytes, pattern, at)) return at
  }
  return -1
}

function matchesAt(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  return at + pattern.length <= bytes.length && pattern.every((byte, offset) => bytes[at + offset] === byte)
}
