import { XMediaError } from '../errors.ts'
import { readBoundary } from './boundary.ts'
import { createDelimiterSearch } from './delimiter.ts'
import { createFileReader } from './file-reader.ts'
import { declaredLengths, fileLength } from './lengths.ts'
import { checkMedia } from './media.ts'
import { isParameter, mergeParameters, readParameters } from './parameters.ts'
import { malformed, readParts } from './parts.ts'
import type { ByteReader } from './reader.ts'
import type { UploadBody, UploadRequest } from './source.ts'

/** Most bytes in front of the file: preamble, fields and headers. Alternative text has 4000 bytes at most. */
const MAX_BEFORE_FILE_BYTES = 64 * 1024

/** Most bytes behind the file: other fields, the closing delimiter. */
const MAX_AFTER_FILE_BYTES = 64 * 1024

/** What a body begins to be read into. */
const FIRST_READ_BYTES = 8 * 1024

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
  let view = new Uint8Array(FIRST_READ_BYTES)
  let filled = 0
  let done = false

  async function* feed(): AsyncGenerator<Uint8Array> {
    while (!done) {
      if (filled === view.length) view = enlarged(view)
      const read = await body.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
      // A copy: on workerd the memory gets another name with the next read.
      if (read.bytes > 0) yield view.slice(filled - read.bytes, filled)
    }
  }

  const fed = () => view.subarray(0, filled)
  const fields: Record<string, string> = {}
  try {
    for await (const { name, isFile, mediaType, start, bytes } of readParts(feed(), boundary, fed)) {
      if (isFile && !isParameter(name)) return { fields, mediaType, start, begun: view.slice(start, filled) }
      const value = await bytes()
      if (!isParameter(name)) continue
      if (name in fields) throw new XMediaError('invalid_parameter', `The field ${name} is there twice; send it once.`)
      fields[name] = decode(name, value)
    }
  } catch (error) {
    throw error instanceof XMediaError ? error : cutOrMalformed(fed(), boundary, done)
  }
  throw new XMediaError('file_missing', 'The body has no file: send it as the last part, with a filename.')
}

function enlarged(view: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (view.length >= MAX_BEFORE_FILE_BYTES) {
    throw new XMediaError('multipart_limit', `The body may have ${MAX_BEFORE_FILE_BYTES} bytes in front of its file.`)
  }
  const larger = new Uint8Array(2 * view.length)
  larger.set(view)
  return larger
}

function decode(name: string, value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch {
    throw new XMediaError('invalid_parameter', `The field ${name} is not in UTF-8.`)
  }
}

/** Checks what follows the file: the closing delimiter, and before that at most fields that mean nothing here. */
async function checkRest(rest: Uint8Array<ArrayBuffer>, boundary: string): Promise<void> {
  const text = new TextDecoder('latin1').decode(rest)
  if (/^--[ \t]*(?:\r\n)?$/.test(text)) return
  if (text.startsWith('--')) throw malformed('There are bytes behind the boundary that closes the body.')
  const bytes = new TextEncoder().encode(`--${boundary}`)
  const parts = new Uint8Array(bytes.length + rest.length)
  parts.set(bytes)
  parts.set(rest, bytes.length)
  async function* feed(): AsyncGenerator<Uint8Array> {
    yield parts
  }
  try {
    for await (const part of readParts(feed(), boundary, () => parts)) {
      if (isParameter(part.name)) {
        throw new XMediaError('invalid_parameter', `The field ${part.name} comes behind the file; send it in front.`)
      }
      if (part.isFile) throw new XMediaError('too_many_files', 'The body has more than one file; send each on its own.')
      await part.bytes()
    }
  } catch (error) {
    throw error instanceof XMediaError ? error : cutOrMalformed(parts, boundary, true)
  }
  if (!isClosed(parts, boundary)) throw malformed('There are bytes behind the boundary that closes the body.')
}

/** What is wrong with a body that could not be read to its end. */
function cutOrMalformed(body: Uint8Array, boundary: string, ended: boolean): XMediaError {
  return !ended || isClosed(body, boundary)
    ? malformed('The multipart body cannot be read: its headers or boundaries are not as RFC 7578 has them.')
    : new XMediaError('body_incomplete', 'The body ended before the boundary that closes it.')
}

function isClosed(body: Uint8Array, boundary: string): boolean {
  const end = new TextDecoder('latin1').decode(body.subarray(-boundary.length - 32))
  return end.trimEnd().endsWith(`--${boundary}--`)
}
