import { XMediaError } from '../errors.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { quote, shorten } from '../lib/quote.ts'
import type { ByteReader } from './byte-reader.ts'
import { multipartLimit, notClosed } from './multipart-file-reader.ts'
import { malformedMultipart } from './multipart-headers.ts'
import { type Part, parseParts } from './multipart-parts.ts'

/** Most bytes before a file, and after the last one: preamble, fields and headers. The longest alternative text has 3,000. */
const MAX_SECTION_BYTES: number = 64 * 1024

/** Most bytes after the closing delimiter. They are ignored. RFC 2046 section 5.1.1 */
const MAX_EPILOGUE_BYTES: number = 64 * 1024

/** Most bytes in a multipart body besides a file, if it has one. */
export const MAX_AROUND_FILE_BYTES: number = 2 * MAX_SECTION_BYTES + MAX_EPILOGUE_BYTES

/** Most fields in a section. An upload has six parameters. */
const MAX_FIELDS = 32

/** Bytes of `CRLF "--"`, which precede the boundary in a delimiter. */
export const DELIMITER_BYTES = 4

/** Bytes to read before the first search for a file. Each further one waits for twice as many: linear time in all. */
const FIRST_STEP_BYTES = 1024

/** Which parts of a form matter. */
export interface FormRules {
  isFile: (part: Part) => boolean
  /** Whether a part is a field whose value matters. */
  isField: (part: Part) => boolean
}

export type FormField = readonly [name: string, value: string]

/** Where a section starts. */
export interface SectionStart {
  /** What has been read of it. After a file, it begins with the file's delimiter. */
  bytes: Uint8Array<ArrayBuffer>
  /** Bytes of the body before that. */
  offset: number
  isAfterFile: boolean
}

/** A file whose headers have been read. */
export interface FoundFile {
  mediaType: string | null
  /** Bytes of the body before the file. */
  offset: number
  /** What has been read of it, and perhaps more of the body. */
  firstBytes: Uint8Array
}

/** The parts of a form up to the next file, or to its end. */
interface ReadSection {
  parts: readonly Part[]
  fields: readonly FormField[]
  file: FoundFile | undefined
  epilogueBytes: number
}

export async function readSection(
  { body, boundary, rules }: { body: ByteReader; boundary: string; rules: FormRules },
  { bytes, offset, isAfterFile }: SectionStart,
): Promise<ReadSection> {
  const { isFile, isField } = rules
  const delimiterBytes = isAfterFile ? DELIMITER_BYTES + boundary.length : 0
  let view = bytes
  let filled = bytes.length
  for (let done = false; ; ) {
    const text = textOf(view.subarray(0, filled))
    const { parts, epilogueStart } = parseParts(text, boundary, isFile)
    const file = parts.find(isFile)
    const sectionBytes = (file?.contentStart ?? epilogueStart ?? filled) - delimiterBytes
    const isTooLong = sectionBytes > MAX_SECTION_BYTES
    if (isTooLong || done) checkBoundary(text, boundary)
    if (isTooLong) throw sectionTooLong(isAfterFile)
    checkFieldCount(parts.length - (file ? 1 : 0), isAfterFile)
    if (file) {
      const { mediaType, contentStart } = file
      const before = parts.slice(0, -1)
      const found = { mediaType, offset: offset + contentStart, firstBytes: view.slice(contentStart, filled) }
      return { parts: before, fields: readFields(before, view, isField), file: found, epilogueBytes: 0 }
    }
    if (epilogueStart !== undefined) {
      const fields = readFields(parts, view, isField)
      const epilogueBytes = isAfterFile ? await countEpilogue(body, filled - epilogueStart) : 0
      return { parts, fields, file: undefined, epilogueBytes }
    }
    if (done) throw notClosed()
    const enough = Math.max(FIRST_STEP_BYTES, 2 * filled)
    if (enough > view.length) view = copyToLarger(view, enough)
    while (filled < enough && !done) {
      const read = await body.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
    }
  }
}

/** Refuses a body without the boundary that its `Content-Type` names. */
function checkBoundary(text: string, boundary: string): void {
  const dashed = `--${boundary}`
  if (text.length <= dashed.length || text.includes(dashed)) return
  throw malformedMultipart(`No line of the form is ${quote(dashed)}. Send the boundary that the body has.`)
}

/** Reads the rest of the body, which does not count. @param bytes How much of it has been read. */
async function countEpilogue(body: ByteReader, bytes: number): Promise<number> {
  let view = new Uint8Array(FIRST_STEP_BYTES)
  for (let done = false; ; ) {
    if (bytes > MAX_EPILOGUE_BYTES) {
      const limit = formatBytes(MAX_EPILOGUE_BYTES)
      throw multipartLimit(`More than ${limit} follow the closing boundary. End the body there.`)
    }
    if (done) return bytes
    const read = await body.read(view, 0)
    view = read.view
    bytes += read.bytes
    done = read.done
  }
}

/** The values of the parts that are fields. */
function readFields(parts: readonly Part[], bytes: Uint8Array, isField: FormRules['isField']): FormField[] {
  return parts.filter(isField).map(({ name, contentStart, contentEnd }) => {
    const content = bytes.subarray(contentStart, contentEnd)
    try {
      return [name, UTF8.decode(content)]
    } catch {
      const size = formatBytes(content.length)
      throw new XMediaError(
        'invalid_parameter',
        `\`${shorten(name)}\` (${size}) is not UTF-8. Send text fields in UTF-8.`,
      )
    }
  })
}

/** Fields by name. Refuses one that appears twice. */
export function uniqueFields(fields: readonly FormField[]): Record<string, string> {
  const unique = new Map(fields)
  if (unique.size === fields.length) return Object.fromEntries(unique)
  const names = fields.map(([name]) => name)
  throw duplicateField(names.find((name, index) => names.indexOf(name) < index) ?? '')
}

export function duplicateField(name: string): XMediaError {
  return new XMediaError('invalid_parameter', `\`${shorten(name)}\` is in the form twice. Send it once.`)
}

function sectionTooLong(isAfterFile: boolean): XMediaError {
  const limit = formatBytes(MAX_SECTION_BYTES)
  return multipartLimit(
    isAfterFile
      ? `More than ${limit} of fields follow the file. Send fewer.`
      : `More than ${limit} come before the file. Send the file earlier.`,
  )
}

function checkFieldCount(fields: number, isAfterFile: boolean): void {
  if (fields <= MAX_FIELDS) return
  throw multipartLimit(`More than ${MAX_FIELDS} fields come ${isAfterFile ? 'after' : 'before'} the file. Send fewer.`)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ONE_CHARACTER_A_BYTE = new TextDecoder('latin1')

function textOf(bytes: Uint8Array): string {
  return ONE_CHARACTER_A_BYTE.decode(bytes)
}
