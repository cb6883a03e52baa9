import { XMediaError } from '../errors.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { readBoundary } from './boundary.ts'
import type { ByteReader } from './byte-reader.ts'
import { createDelimiterSearch } from './multipart-delimiter.ts'
import { createFileReader, notClosed } from './multipart-file-reader.ts'
import { malformed, type Part, parseParts } from './multipart-parts.ts'

/** Most bytes in front of the file: preamble, fields and headers. Alternative text has 3000 bytes at most. */
const MAX_BEFORE_FILE_BYTES = 64 * 1024

/** Most bytes behind the file: other fields, the closing delimiter. */
const MAX_AFTER_FILE_BYTES = 64 * 1024

/** What a multipart body may have around its file. */
export const MAX_AROUND_FILE_BYTES: number = MAX_BEFORE_FILE_BYTES + MAX_AFTER_FILE_BYTES

/** Fields in front of a file, or behind it. An upload has six parameters. */
const MAX_FIELDS = 32

/** What a body is read in until its file is found; every time it is parsed anew. */
const STEP_BYTES = 4 * 1024

/** What the parts of a form are taken for. */
export interface FormRules {
  isFile: (part: Part) => boolean
  /** Whether the value of a part in front of the file is wanted. */
  isField: (name: string) => boolean
  /** Called with the parts behind the file, and the bytes they are in, once the body has ended; throws to refuse it. */
  onRest: (parts: readonly Part[], bytes: Uint8Array) => void
}

/** A `multipart/form-data` body (RFC 7578), as far as the beginning of its file. */
export interface Form {
  /** Those in front of the file. */
  fields: Record<string, string>
  /** Undefined when the body ended without one. */
  file: FormFile | undefined
}

export interface FormFile {
  mediaType: string | null
  /** Bytes of the body in front of the file, and of the delimiter behind it. */
  aroundBytes: number
  body: ByteReader
}

export async function readForm(contentType: string, body: ByteReader, rules: FormRules): Promise<Form> {
  const boundary = readBoundary(contentType)
  const { fields, file } = await readHead(body, boundary, rules)
  if (file === undefined) return { fields, file }
  const delimiterBytes = boundary.length + 4
  const reader = createFileReader(body, {
    begun: file.begun,
    delimiter: createDelimiterSearch(boundary),
    delimiterBytes,
    maxRestBytes: MAX_AFTER_FILE_BYTES,
    checkRest: (rest) => checkRest(rest, boundary, rules),
  })
  return { fields, file: { mediaType: file.mediaType, aroundBytes: file.start + delimiterBytes, body: reader } }
}

/** The fields, and how the file begins. */
interface Head {
  fields: Record<string, string>
  file: { mediaType: string | null; start: number; begun: Uint8Array } | undefined
}

async function readHead(body: ByteReader, boundary: string, { isFile, isField }: FormRules): Promise<Head> {
  let view = new Uint8Array(2 * STEP_BYTES)
  let filled = 0
  let done = false
  while (!done) {
    if (filled > view.length - STEP_BYTES) view = copyToLarger(view, 2 * view.length)
    for (const enough = filled + STEP_BYTES; filled < enough && !done; ) {
      const read = await body.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
    }
    const { parts, closedAt } = parseParts(textOf(view.subarray(0, filled)), boundary, isFile)
    const file = parts.find(isFile)
    if ((file ? file.start : filled) > MAX_BEFORE_FILE_BYTES || parts.length - (file ? 1 : 0) > MAX_FIELDS) {
      throw new XMediaError(
        'multipart_limit',
        `A body may have ${MAX_FIELDS} fields in front of its file, and ${MAX_BEFORE_FILE_BYTES} bytes in all.`,
      )
    }
    if (file) {
      const { mediaType, start } = file
      const begun = view.slice(start, filled)
      return { fields: readFields(parts, view, isField), file: { mediaType, start, begun } }
    }
    if (closedAt !== undefined) return { fields: readFields(parts, view, isField), file }
  }
  throw notClosed()
}

/** The values of parts, each of which is there once. */
export function readFields(
  parts: readonly Part[],
  bytes: Uint8Array,
  isField: (name: string) => boolean,
): Record<string, string> {
  const fields = new Map<string, string>()
  for (const { name, start, end } of parts) {
    if (!isField(name)) continue
    if (fields.has(name)) throw new XMediaError('invalid_parameter', `The field ${name} is there twice; send it once.`)
    try {
      fields.set(name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end)))
    } catch {
      throw new XMediaError('invalid_parameter', `The field ${name} is not in UTF-8.`)
    }
  }
  return Object.fromEntries(fields)
}

/** Checks what follows the file's delimiter: its end, and before that at most what the rules let pass. */
function checkRest(rest: Uint8Array<ArrayBuffer>, boundary: string, { onRest }: FormRules): void {
  const delimiter = `--${boundary}`
  const text = delimiter + textOf(rest)
  const { parts, closedAt } = parseParts(text, boundary, () => false)
  const inRest = (at: number) => at - delimiter.length
  onRest(
    parts.map((part) => ({
      ...part,
      start: inRest(part.start),
      end: part.end === undefined ? part.end : inRest(part.end),
    })),
    rest,
  )
  if (parts.length > MAX_FIELDS) {
    throw new XMediaError('multipart_limit', `A body may have ${MAX_FIELDS} fields behind its file.`)
  }
  if (closedAt === undefined) throw notClosed()
  if (!/^[ \t]*(?:\r\n)?$/.test(text.slice(closedAt))) {
    throw malformed('There are bytes behind the boundary that closes the body.')
  }
}

/** A character per byte. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
