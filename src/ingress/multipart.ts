import { XMediaError } from '../errors.ts'
import { readBoundary } from './boundary.ts'
import { createDelimiterSearch } from './delimiter.ts'
import { createFileReader, notClosed } from './file-reader.ts'
import { declaredLengths, fileLength } from './lengths.ts'
import { checkMedia } from './media.ts'
import { isParameter, mergeParameters, readParameters } from './parameters.ts'
import { malformed, type Part, parseParts } from './parts.ts'
import type { ByteReader } from './reader.ts'
import type { UploadBody, UploadRequest } from './source.ts'

/** Most bytes in front of the file: preamble, fields and headers. Alternative text has 4000 bytes at most. */
const MAX_BEFORE_FILE_BYTES = 64 * 1024

/** Most bytes behind the file: other fields, the closing delimiter. */
const MAX_AFTER_FILE_BYTES = 64 * 1024

/** What a multipart body may have around its file. */
export const MAX_AROUND_FILE_BYTES: number = MAX_BEFORE_FILE_BYTES + MAX_AFTER_FILE_BYTES

/** Fields in front of a file, or behind it. An upload has six parameters. */
const MAX_FIELDS = 32

/** What a body is read in until its file is found; every time it is parsed anew. */
const STEP_BYTES = 4 * 1024

/**
 * A `multipart/form-data` body (RFC 7578): fields that are parameters, then one file, whose size is declared or inferred
 * from `Content-Length`; without both it stays undefined.
 */
export async function readMultipart(request: UploadRequest): Promise<UploadBody> {
  const { headers, body } = request
  const boundary = readBoundary(headers.get('content-type') ?? '')
  const { fields, mediaType, start, begun } = await readHead(body, boundary)
  const parameters = mergeParameters(request.parameters, readParameters(fields))
  const media = checkMedia(parameters.media_type ?? mediaType, parameters.media_category)
  const delimiterBytes = boundary.length + 4
  const length = fileLength(declaredLengths(headers, parameters.total_bytes), start + delimiterBytes)
  const file = createFileReader(body, {
    begun,
    delimiter: createDelimiterSearch(boundary),
    delimiterBytes,
    maxRestBytes: MAX_AFTER_FILE_BYTES,
    checkRest: (rest) => checkRest(rest, boundary),
  })
  return { ...media, ...length, parameters, body: file }
}

/** The fields, and how the file begins. */
interface Head {
  fields: Record<string, string>
  mediaType: string | null
  /** Bytes in front of the file. */
  start: number
  /** What has been read of the file already. */
  begun: Uint8Array
}

async function readHead(body: ByteReader, boundary: string): Promise<Head> {
  let view = new Uint8Array(2 * STEP_BYTES)
  let filled = 0
  let done = false
  while (!done) {
    if (filled > view.length - STEP_BYTES) view = enlarged(view)
    for (const enough = filled + STEP_BYTES; filled < enough && !done; ) {
      const read = await body.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
    }
    const { parts, closedAt } = parseParts(textOf(view.subarray(0, filled)), boundary, isUploadedFile)
    const file = parts.find(isUploadedFile)
    if ((file ? file.start : filled) > MAX_BEFORE_FILE_BYTES || parts.length - (file ? 1 : 0) > MAX_FIELDS) {
      throw new XMediaError(
        'multipart_limit',
        `A body may have ${MAX_FIELDS} fields in front of its file, and ${MAX_BEFORE_FILE_BYTES} bytes in all.`,
      )
    }
    if (file) {
      const { mediaType, start } = file
      return { fields: readFields(parts, view), mediaType, start, begun: view.slice(start, filled) }
    }
    if (closedAt !== undefined) {
      throw new XMediaError('file_missing', 'The body has no file: send it as the last part, with a filename.')
    }
  }
  throw notClosed()
}

/** A parameter may come with a filename too: `FormData` gives every `Blob` one. */
function isUploadedFile({ name, isFile }: Part): boolean {
  return isFile && !isParameter(name)
}

function enlarged(view: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * view.length)
  larger.set(view)
  return larger
}

function readFields(parts: readonly Part[], bytes: Uint8Array): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const { name, start, end } of parts) {
    if (!isParameter(name)) continue
    if (name in fields) throw new XMediaError('invalid_parameter', `The field ${name} is there twice; send it once.`)
    try {
      fields[name] = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end))
    } catch {
      throw new XMediaError('invalid_parameter', `The field ${name} is not in UTF-8.`)
    }
  }
  return fields
}

/** Checks what follows the file's delimiter: its end, and before that at most fields that mean nothing here. */
function checkRest(rest: Uint8Array<ArrayBuffer>, boundary: string): void {
  const text = `--${boundary}${textOf(rest)}`
  const { parts, closedAt } = parseParts(text, boundary, () => false)
  for (const { name, isFile } of parts) {
    if (isParameter(name)) {
      throw new XMediaError('invalid_parameter', `The field ${name} comes behind the file; send it in front.`)
    }
    if (isFile) throw new XMediaError('too_many_files', 'The body has more than one file; send each on its own.')
  }
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
