import { XMediaError } from '../errors.ts'
import { quote } from '../lib/quote.ts'

/** A header value with parameters, such as `form-data; name="media"`. RFC 9110 section 5.6.6 */
interface ParameterizedValue {
  /** In lower case. */
  value: string
  /** By name in lower case. A quoted parameter is the text between its quotes, escapes included. */
  parameters: ReadonlyMap<string, string>
}

const VALUE = /^[\w!#$%&'*+.^`|~/-]+[ \t]*/
const PARAMETER = /;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))[ \t]*)?/y

/** Undefined when any of the text is malformed or a parameter appears twice. */
function parseParameterized(text: string): ParameterizedValue | undefined {
  const [value = ''] = VALUE.exec(text) ?? []
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = value.length
  let end = value.length
  for (let match = PARAMETER.exec(text); match; match = PARAMETER.exec(text)) {
    end = PARAMETER.lastIndex
    const [, name, quoted, token] = match
    if (name === undefined) continue
    if (parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted ?? token ?? '')
  }
  if (value === '' || end !== text.length) return undefined
  return { value: value.trim().toLowerCase(), parameters }
}

/**
 * 1 to 200 printable characters without quotes and backslashes, the last one not a space. RFC 2046 section 5.1.1 allows
 * fewer characters, and 70 of them; programs send `*****` and up to 110.
 */
const BOUNDARY = /^[ !#-[\]-~]{0,199}[!#-[\]-~]$/

/** The boundary in the `Content-Type` of a multipart body. */
export function readBoundary(contentType: string): string {
  const boundary = parseParameterized(contentType)?.parameters.get('boundary')
  if (boundary === undefined) {
    throw malformedMultipart(
      'Content-Type has no boundary. Do not set Content-Type yourself: `fetch` adds it with the boundary.',
    )
  }
  if (!BOUNDARY.test(boundary)) {
    throw malformedMultipart(
      'Content-Type has no valid boundary. Send one of 1 to 200 printable characters without quotes.',
    )
  }
  return boundary
}

const FILENAME_START = /;[\t ]*filename="/i
/** A quote after which the header ends or another parameter starts. */
const FILENAME_END = /"[\t ]*(?:$|;[\t ]*(?:$|[\w!#$%&'*+.^`|~-]+=))/g

/**
 * Reads a `Content-Disposition`. Many clients escape neither quotes in a filename nor a backslash at its end. Nobody needs
 * the filename itself, so another takes its place where it cannot be parsed.
 */
function parseDisposition(text: string): ParameterizedValue | undefined {
  const strict = parseParameterized(text)
  const start = FILENAME_START.exec(text)
  if (strict || start === null) return strict
  const filenameAt = start.index + start[0].length
  FILENAME_END.lastIndex = filenameAt
  const end = FILENAME_END.exec(text)
  return end ? parseParameterized(`${text.slice(0, filenameAt)}raw${text.slice(end.index)}`) : undefined
}

/** What the headers of a part say. */
export interface PartHeaders {
  name: string
  /** Browsers send a filename for every file input in which a file was chosen. RFC 7578 section 4.2 */
  hasFilename: boolean
  mediaType: string | null
}

/** A line break in a header that goes on in the next line. RFC 9112 section 5.2 */
const FOLD = /\r\n[\t ]+/g

/** A token, and a value whose only control characters are tabs. RFC 9110 section 5.5 */
const HEADER = /^([\w!#$%&'*+.^`|~-]+):([\t -~\u0080-\uffff]*)$/

/** Reads the lines before the empty line of a part. */
export function readPartHeaders(block: string): PartHeaders {
  const headers = new Map<string, string>()
  for (const line of block.replace(FOLD, ' ').split('\r\n')) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw malformedMultipart(`A part has a malformed header: ${quote(line)}. Send each as one line, "Name: value".`)
    }
    if (headers.has(name.toLowerCase())) throw malformedMultipart(`A part has the header ${name} twice. Send it once.`)
    headers.set(name.toLowerCase(), value.trim())
  }
  const text = headers.get('content-disposition')
  const disposition = parseDisposition(text ?? '')
  const name = disposition?.parameters.get('name')
  if (disposition?.value !== 'form-data' || name === undefined) {
    const found = text === undefined ? 'no Content-Disposition' : `the Content-Disposition ${quote(text)}`
    throw malformedMultipart(`A part has ${found}. Send form-data; name="…"; filename="…", with the values in quotes.`)
  }
  const { parameters } = disposition
  // A file input in which nothing was chosen sends an empty filename.
  const hasFilename = Boolean(parameters.get('filename') ?? parameters.get('filename*'))
  return { name, hasFilename, mediaType: headers.get('content-type') ?? null }
}

export function malformedMultipart(detail: string): XMediaError {
  return new XMediaError('malformed_multipart', detail)
}
