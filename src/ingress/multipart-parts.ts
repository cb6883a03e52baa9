import { formatBytes } from '../lib/format-bytes.ts'
import { malformedMultipart, type PartHeaders, readPartHeaders } from './multipart-headers.ts'

/** One part of a multipart body, and where its content is in the text. */
export interface Part extends PartHeaders {
  contentStart: number
  /** Where the line break before the next delimiter starts; undefined when the text ends before that. */
  contentEnd: number | undefined
}

export interface ParsedParts {
  parts: Part[]
  /** Where the epilogue starts, right after the closing delimiter; undefined when the text ends before that. */
  epilogueStart: number | undefined
}

/** Most bytes of headers in a part. */
const MAX_HEADER_BYTES = 16 * 1024

/** The delimiter before the first part may lack the line break that starts every other one, so we add it. */
const LINE_BREAK = '\r\n'

/** What follows a delimiter: two dashes after the last one, and otherwise the end of its line. RFC 2046 section 5.1.1 */
const DELIMITER_END = /--|[\t ]*\r\n/y
/** The start of that, when its rest has not arrived yet. */
const UNFINISHED_END = /^(?:-?|[\t ]*\r?)$/

/**
 * Parses the parts of a body up to the first one that `isLast` accepts, or as far as the text goes. The text has one
 * character per byte and begins where the body does.
 *
 * Where RFC 2046 and 7578 leave parsers a choice, this one is strict, so that no two parsers read a body differently:
 * delimiters stand alone on their lines, headers are not repeated, and no delimiter is among the headers. Streaming parsers
 * do not tell positions, which we need to infer the size of the file before reading it.
 */
export function parseParts(text: string, boundary: string, isLast: (part: Part) => boolean): ParsedParts {
  const body = LINE_BREAK + text
  const inText = (index: number) => index - LINE_BREAK.length
  const delimiter = `\r\n--${boundary}`
  const parts: Part[] = []

  let delimiterAt = body.indexOf(delimiter)
  while (delimiterAt >= 0) {
    const delimiterEnd = delimiterAt + delimiter.length
    DELIMITER_END.lastIndex = delimiterEnd
    const [end] = DELIMITER_END.exec(body) ?? []
    if (end === '--') return { parts, epilogueStart: inText(delimiterEnd + end.length) }
    if (end === undefined) {
      if (UNFINISHED_END.test(body.slice(delimiterEnd))) break
      throw malformedMultipart(
        body[delimiterEnd] === '\n'
          ? 'A line ends with LF alone. End every line of the form with CRLF.'
          : 'A boundary shares its line with other text. Give it its own line.',
      )
    }
    const lineEnd = delimiterEnd + end.length - LINE_BREAK.length
    const headersEnd = body.indexOf('\r\n\r\n', lineEnd)
    const nextAt = body.indexOf(delimiter, lineEnd)
    if (nextAt >= 0 && (headersEnd < 0 || nextAt < headersEnd + 4)) {
      throw malformedMultipart('A part has no empty line after its headers. Send one before the content.')
    }
    if ((headersEnd < 0 ? body.length : headersEnd) - delimiterEnd > MAX_HEADER_BYTES) {
      throw malformedMultipart(`A part has more than ${formatBytes(MAX_HEADER_BYTES)} of headers. Shorten them.`)
    }
    // A delimiter that overlaps the empty line could still be on its way.
    if (headersEnd < 0 || body.length < headersEnd + 2 + delimiter.length) break
    const part = {
      ...readPartHeaders(body.slice(lineEnd + 2, headersEnd)),
      contentStart: inText(headersEnd + 4),
      contentEnd: nextAt < 0 ? undefined : inText(nextAt),
    }
    parts.push(part)
    if (isLast(part)) break
    delimiterAt = nextAt
  }
  return { parts, epilogueStart: undefined }
}
