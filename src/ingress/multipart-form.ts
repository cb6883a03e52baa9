import { XMediaError } from '../errors.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { ByteReader } from './byte-reader.ts'
import { createDelimiterSearch } from './multipart-delimiter.ts'
import { createFileReader, multipartLimit, notClosed } from './multipart-file-reader.ts'
import { malformedMultipart, readBoundary } from './multipart-headers.ts'
import { type Part, parseParts } from './multipart-parts.ts'

/** Most bytes before the file: preamble, fields and headers. The longest alternative text has 3,000 bytes. */
const MAX_BEFORE_FILE_BYTES: number = 64 * 1024

/** Most bytes after the file: other fields and the closing delimiter. */
const MAX_AFTER_FILE_BYTES: number = 64 * 1024

/** Most bytes in a multipart body besides its file. */
export const MAX_AROUND_FILE_BYTES: number = MAX_BEFORE_FILE_BYTES + MAX_AFTER_FILE_BYTES

/** Most fields before the file, and most after it. An upload has six parameters. */
const MAX_FIELDS = 32

/** Bytes to read before the search for the file starts again from the beginning of the body. */
const PARSE_STEP_BYTES: number = 4 * 1024

/** Which parts of a form matter. */
export interface FormRules {
  isFile: (part: Part) => boolean
  /** Whether to read the value of a part before the file. */
  isField: (name: string) => boolean
  /**
   * Called with the parts after the file and the bytes they are in, when the body has ended. Throws to refuse the body.
   */
  onTrailingParts: (parts: readonly Part[], bytes: Uint8Array) => void
}

/** A `multipart/form-data` body (RFC 7578), read as far as the start of its file. */
export interface Form {
  /** The fields before the file. */
  fields: Record<string, string>
  /** Undefined when the body ended without a file. */
  file: FormFile | undefined
}

export interface FormFile {
  mediaType: string | null
  /** Bytes of the body before the file, and of the delimiter after it. */
  aroundBytes: number
  body: ByteReader
}

/** Reads a form as far as its file; the file's `body` reads the rest and checks how the form ends. */
export async function readForm(contentType: string, body: ByteReader, rules: FormRules): Promise<Form> {
  const boundary = readBoundary(contentType)
  const { fields, file } = await readUntilFile(body, boundary, rules)
  if (file === undefined) return { fields, file }
  const delimiterBytes = boundary.length + 4
  const reader = createFileReader(body, {
    firstBytes: file.firstBytes,
    delimiter: createDelimiterSearch(boundary),
    delimiterBytes,
    maxTrailingBytes: MAX_AFTER_FILE_BYTES,
    checkTrailing: (bytes) => checkTrailing(bytes, boundary, rules),
  })
  return { fields, file: { mediaType: file.mediaType, aroundBytes: file.start + delimiterBytes, body: reader } }
}

interface FormStart {
  fields: Record<string, string>
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
    const { parts, epilogueStart } = parseParts(textOf(view.subarray(0, filled)), boundary, isFile)
    const file = parts.find(isFile)
    if ((file ? file.contentStart : filled) > MAX_BEFORE_FILE_BYTES) {
      throw multipartLimit(
        `More than ${formatBytes(MAX_BEFORE_FILE_BYTES)} come before the file. Send the file earlier.`,
      )
    }
    checkFieldCount(parts.length - (file ? 1 : 0), 'before')
    if (file) {
      const { mediaType, contentStart: start } = file
      const firstBytes = view.slice(start, filled)
      return { fields: readFields(parts, view, isField), file: { mediaType, start, firstBytes } }
    }
    if (epilogueStart !== undefined) return { fields: readFields(parts, view, isField), file }
  }
  throw notClosed()
}

/** The values of the parts that are fields. Refuses a field that appears twice. */
export function readFields(
  parts: readonly Part[],
  bytes: Uint8Array,
  isField: (name: string) => boolean,
): Record<string, string> {
  const fields = new Map<string, string>()
  for (const { name, contentStart, contentEnd } of parts) {
    if (!isField(name)) continue
    if (fields.has(name)) throw new XMediaError('invalid_parameter', `\`${name}\` is in the form twice. Send it once.`)
    try {
      const content = bytes.subarray(contentStart, contentEnd)
      fields.set(name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content))
    } catch {
      throw new XMediaError('invalid_parameter', `\`${name}\` is not valid UTF-8. Send text fields in UTF-8.`)
    }
  }
  return Object.fromEntries(fields)
}

/** Checks the bytes after the file's delimiter: other parts that the rules allow, then the end of the body. */
function checkTrailing(bytes: Uint8Array<ArrayBuffer>, boundary: string, { onTrailingParts }: FormRules): void {
  const delimiter = `--${boundary}`
  const text = delimiter + textOf(bytes)
  const { parts, epilogueStart } = parseParts(text, boundary, () => false)
  const inBytes = (index: number) => index - delimiter.length
  onTrailingParts(
    parts.map((part) => ({
      ...part,
      contentStart: inBytes(part.contentStart),
      contentEnd: part.contentEnd === undefined ? undefined : inBytes(part.contentEnd),
    })),
    bytes,
  )
  checkFieldCount(parts.length, 'after')
  if (epilogueStart === undefined) throw notClosed()
  if (!/^[ \t]*(?:\r\n)?$/.test(text.slice(epilogueStart))) {
    throw malformedMultipart('Bytes follow the closing boundary. End the body there.')
  }
}

function checkFieldCount(fields: number, where: 'before' | 'after'): void {
  if (fields <= MAX_FIELDS) return
  throw multipartLimit(`More than ${MAX_FIELDS} fields come ${where} the file. Send fewer.`)
}

/** Converts each byte to one character. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
