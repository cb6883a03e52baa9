import { XMediaError } from '../errors.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { quote, shorten } from '../lib/quote.ts'
import type { ByteReader } from './byte-reader.ts'
import { createDelimiterSearch } from './multipart-delimiter.ts'
import { createFileReader, multipartLimit, notClosed } from './multipart-file-reader.ts'
import { malformedMultipart, readBoundary } from './multipart-headers.ts'
import { type Part, parseParts } from './multipart-parts.ts'

/** Most bytes before the file: preamble, fields and headers. The longest alternative text has 3,000 bytes. */
const MAX_BEFORE_FILE_BYTES: number = 64 * 1024

/** Most bytes after the file: other fields and the closing delimiter. */
const MAX_AFTER_FILE_BYTES: number = 64 * 1024

/** Most bytes after the closing delimiter. They are ignored. RFC 2046 section 5.1.1 */
const MAX_EPILOGUE_BYTES: number = 64 * 1024

/** Most bytes in a multipart body besides its file. */
export const MAX_AROUND_FILE_BYTES: number = MAX_BEFORE_FILE_BYTES + MAX_AFTER_FILE_BYTES + MAX_EPILOGUE_BYTES

/** Most fields before the file, and most after it. An upload has six parameters. */
const MAX_FIELDS = 32

/** Bytes of `CRLF "--"`, which precede the boundary in a delimiter. */
const DELIMITER_BYTES = 4

/** Bytes to read before the search for the file starts again from the beginning of the body. */
const PARSE_STEP_BYTES: number = 4 * 1024

/** Which parts of a form matter. */
export interface FormRules {
  isFile: (part: Part) => boolean
  /** Whether a part is a field whose value matters. */
  isField: (part: Part) => boolean
}

/** Some parts of a form. */
export interface FormParts {
  parts: readonly Part[]
  /** The values of those that are fields. */
  fields: Record<string, string>
}

/** A `multipart/form-data` body (RFC 7578), read as far as the start of its file: the parts before that. */
export interface Form extends FormParts {
  /** Undefined when the body ended without a file. */
  file: FormFile | undefined
}

export interface FormFile {
  boundary: string
  mediaType: string | null
  /** Bytes of the body before the file, and of the delimiter after it. */
  aroundBytes: number
  body: ByteReader
  /** How the form ends; known once `body` has ended. */
  end: () => FormEnd
}

/** The parts after the file. */
export interface FormEnd extends FormParts {
  /** Bytes after the closing delimiter. */
  epilogueBytes: number
}

/** Reads a form as far as its file; the file's `body` reads the rest and checks how the form ends. */
export async function readForm(contentType: string, body: ByteReader, rules: FormRules): Promise<Form> {
  const boundary = readBoundary(contentType)
  const { file, ...before } = await readUntilFile(body, boundary, rules)
  if (file === undefined) return { ...before, file }
  const { mediaType, start, firstBytes } = file
  const delimiterBytes = DELIMITER_BYTES + boundary.length
  let end: FormEnd = { parts: [], fields: {}, epilogueBytes: 0 }
  const reader = createFileReader(body, {
    firstBytes,
    delimiter: createDelimiterSearch(boundary),
    maxTrailingBytes: delimiterBytes + MAX_AFTER_FILE_BYTES + MAX_EPILOGUE_BYTES,
    onEnd(trailing) {
      end = readEnd(trailing, boundary, rules)
    },
  })
  const aroundBytes = start + delimiterBytes
  return { ...before, file: { boundary, mediaType, aroundBytes, body: reader, end: () => end } }
}

interface FormStart extends FormParts {
  /** Where the file starts in the body, and the bytes of it that have been read. */
  file: { mediaType: string | null; start: number; firstBytes: Uint8Array } | undefined
}

async function readUntilFile(body: ByteReader, boundary: string, { isFile, isField }: FormRules): Promise<FormStart> {
  let view = new Uint8Array(2 * PARSE_STEP_BYTES)
  let filled = 0
  let done = false
  while (!done) {
    if (filled > view.length - PARSE_STEP_BYTES) view = copyToLarger(view, 2 * view.length)
    for (const enough = filled + PARSE_STEP_BYTES; filled < enough && !done; ) {
      const read = await body.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
    }
    const text = textOf(view.subarray(0, filled))
    const { parts, epilogueStart } = parseParts(text, boundary, isFile)
    const file = parts.find(isFile)
    const isTooFar = (file ? file.contentStart : filled) > MAX_BEFORE_FILE_BYTES
    const dashed = `--${boundary}`
    if ((isTooFar || done) && filled > dashed.length && !text.includes(dashed)) {
      throw malformedMultipart(`No line of the form is ${quote(dashed)}. Send the boundary that the body has.`)
    }
    if (isTooFar) {
      throw multipartLimit(
        `More than ${formatBytes(MAX_BEFORE_FILE_BYTES)} come before the file. Send the file earlier.`,
      )
    }
    checkFieldCount(parts.length - (file ? 1 : 0), 'before')
    if (file) {
      const { mediaType, contentStart: start } = file
      const firstBytes = view.slice(start, filled)
      const before = parts.slice(0, -1)
      return { parts: before, fields: readFields(before, view, isField), file: { mediaType, start, firstBytes } }
    }
    if (epilogueStart !== undefined) return { parts, fields: readFields(parts, view, isField), file }
  }
  throw notClosed()
}

/** The values of the parts that are fields. Refuses a field that appears twice. */
function readFields(parts: readonly Part[], bytes: Uint8Array, isField: FormRules['isField']): Record<string, string> {
  const fields = new Map<string, string>()
  for (const part of parts.filter(isField)) {
    const { name, contentStart, contentEnd } = part
    if (fields.has(name)) throw duplicateField(name)
    const content = bytes.subarray(contentStart, contentEnd)
    try {
      fields.set(name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content))
    } catch {
      const size = formatBytes(content.length)
      throw new XMediaError(
        'invalid_parameter',
        `\`${shorten(name)}\` (${size}) is not UTF-8. Send text fields in UTF-8.`,
      )
    }
  }
  return Object.fromEntries(fields)
}

export function duplicateField(name: string): XMediaError {
  return new XMediaError('invalid_parameter', `\`${shorten(name)}\` is in the form twice. Send it once.`)
}

/**
 * Reads the parts after the file.
 *
 * @param bytes The file's delimiter and the rest of the body.
 */
function readEnd(bytes: Uint8Array<ArrayBuffer>, boundary: string, { isField }: FormRules): FormEnd {
  const { parts, epilogueStart } = parseParts(textOf(bytes), boundary, () => false)
  checkFieldCount(parts.length, 'after')
  if (epilogueStart === undefined) throw notClosed()
  if (epilogueStart - DELIMITER_BYTES - boundary.length > MAX_AFTER_FILE_BYTES) {
    throw multipartLimit(`More than ${formatBytes(MAX_AFTER_FILE_BYTES)} of fields follow the file. Send fewer.`)
  }
  const epilogueBytes = bytes.length - epilogueStart
  if (epilogueBytes > MAX_EPILOGUE_BYTES) {
    throw multipartLimit(
      `More than ${formatBytes(MAX_EPILOGUE_BYTES)} follow the closing boundary. End the body there.`,
    )
  }
  return { parts, fields: readFields(parts, bytes, isField), epilogueBytes }
}

function checkFieldCount(fields: number, where: 'before' | 'after'): void {
  if (fields <= MAX_FIELDS) return
  throw multipartLimit(`More than ${MAX_FIELDS} fields come ${where} the file. Send fewer.`)
}

/** Converts each byte to one character. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
