/**
 * Parses a buffered `multipart/form-data` body (RFC 7578, RFC 2046 §5.1). Stricter than the platforms' own parsers, which
 * accept a missing last delimiter or a stray CRLF, so that a client's mistake shows: every byte between the blank line
 * after the headers and the CRLF before the delimiter belongs to the part.
 */

/** The parts of a body. A preamble before them is ignored. */
export interface Multipart {
  parts: FormPart[]
  /** Bytes after the closing delimiter and its CRLF, which are ignored. */
  epilogueBytes: number
}

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

/** The longest boundary. RFC 2046 allows 70 characters, but some clients send more. */
const MAX_BOUNDARY = 200

/** The boundary in a `multipart/form-data` content type; undefined when there is none. */
export function readBoundary(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;\s*(?:.*;\s*)?boundary=(?:"([^"]+)"|([^\s";,]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  return boundary === undefined || boundary.length > MAX_BOUNDARY ? undefined : boundary
}

/** Undefined when any of the body breaks the grammar. */
export function parseMultipart(body: Uint8Array<ArrayBuffer>, boundary: string): Multipart | undefined {
  const delimiter = encoder.encode(`\r\n--${boundary}`)
  // Without a preamble, the first delimiter starts the body, without its CRLF.
  const first = matchesAt(body, delimiter.subarray(2), 0) ? -2 : find(body, delimiter, 0)
  if (first === -1) return undefined
  const parts: FormPart[] = []
  let position = first + delimiter.length
  for (;;) {
    const after = decoder.decode(body.subarray(position, position + 4))
    if (after === '--' || after === '--\r\n') {
      return { parts, epilogueBytes: body.length - position - after.length }
    }
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
  const { name, filename } = dispositionParameters(headers.get('content-disposition') ?? '')
  if (name === undefined) return undefined
  const type = headers.get('content-type')
  return { name, bytes, ...(filename === undefined ? {} : { filename }), ...(type === undefined ? {} : { type }) }
}

/** The parameters of `form-data`, quoted or not. Other dispositions have none. */
function dispositionParameters(disposition: string): { [name: string]: string | undefined } {
  if (!/^form-data\s*;/i.test(disposition)) return {}
  const parameters = disposition.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"([^"]*)"|([^\s";]+))/g)
  return Object.fromEntries(
    [...parameters].map(([, name = '', quoted, token]) => [name.toLowerCase(), quoted ?? token]),
  )
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
