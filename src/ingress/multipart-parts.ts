import { XMediaError } from '../errors.ts'
import { parseParameterized } from './parameterized-header.ts'

/** One part of a multipart body, and where in the text it is. */
export interface Part {
  name: string
  /** Whether it names a file, as browsers do for every file input. RFC 7578 section 4.2 */
  isFile: boolean
  mediaType: string | null
  /** Where its content begins. */
  start: number
  /** Where the line end in front of the next delimiter is; undefined when the text does not reach so far. */
  end: number | undefined
}

export interface Parts {
  parts: Part[]
  /** Where what follows the closing delimiter begins; undefined when it is not in the text. */
  closedAt: number | undefined
}

/** Most bytes of a part's headers. */
const MAX_HEADER_BYTES = 16 * 1024

/**
 * The parts at the begin of a body, given as a character per byte, up to the last wanted or as far as the text goes.
 *
 * Stricter than RFC 2046 and 7578 where they leave a choice to parsers, so that no two can read a body differently:
 * delimiters are alone on their lines, headers are not folded nor said twice, no delimiter is among the headers. The
 * libraries that stream it were no help: they tell no positions, and X wants the file's size before its first byte.
 */
export function parseParts(text: string, boundary: string, isLast: (part: Part) => boolean): Parts {
  // The first delimiter may lack the line end that is a part of all others.
  const body = `\r\n${text}`
  const delimiter = `\r\n--${boundary}`
  const parts: Part[] = []

  let at = body.indexOf(delimiter)
  while (at >= 0) {
    const head = at + delimiter.length
    const mark = body.slice(head, head + 2)
    if (mark === '--') return { parts, closedAt: head }
    if (mark.length < 2) break
    if (mark !== '\r\n') throw malformed('A boundary is not alone on its line.')
    const end = body.indexOf('\r\n\r\n', head)
    const next = body.indexOf(delimiter, head)
    if (next >= 0 && (end < 0 || next < end + 4)) throw malformed('A boundary comes before the end of the headers.')
    if ((end < 0 ? body.length : end) - head > MAX_HEADER_BYTES) throw malformed('The headers of a part are too long.')
    // A delimiter that overlaps the blank line could still be coming.
    if (end < 0 || body.length < end + 2 + delimiter.length) break
    const start = end + 4
    const part = { ...readHeaders(body.slice(head + 2, end)), start: start - 2, end: next < 0 ? undefined : next - 2 }
    parts.push(part)
    if (isLast(part)) break
    at = next
  }
  return { parts, closedAt: undefined }
}

/** A token, and a value without control characters but tabs. RFC 9110 section 5.5 */
const HEADER = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\t -~\u0080-\uffff]*)$/

function readHeaders(block: string): Pick<Part, 'name' | 'isFile' | 'mediaType'> {
  const headers = new Map<string, string>()
  for (const line of block.split('\r\n')) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined) throw malformed('A part has a header that cannot be read.')
    if (headers.has(name.toLowerCase())) throw malformed('A part has a header twice.')
    headers.set(name.toLowerCase(), value.trimEnd())
  }
  const disposition = parseParameterized(headers.get('content-disposition') ?? '')
  const name = disposition?.parameters.get('name')
  if (disposition?.value !== 'form-data' || name === undefined) {
    throw malformed('Every part must have a Content-Disposition: form-data with a name.')
  }
  const { parameters } = disposition
  // A form's file input in which nothing was chosen has an empty filename.
  const isFile = Boolean(parameters.get('filename') ?? parameters.get('filename*'))
  return { name, isFile, mediaType: headers.get('content-type') ?? null }
}

export function malformed(detail: string): XMediaError {
  return new XMediaError('malformed_multipart', detail)
}
