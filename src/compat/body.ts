import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { declaredLengths, type FileLength, multipartFileLength } from '../ingress/lengths.ts'
import { readFields, readForm } from '../ingress/multipart-form.ts'
import type { Part } from '../ingress/multipart-parts.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { isRecord } from '../lib/is-record.ts'
import { InvalidRequest, jsonRequired, uniqueFields } from './invalid-request.ts'

/** A request body in one of the formats of X's media API. */
export interface CompatBody {
  kind: 'none' | 'json' | 'form'
  /** The members of a JSON object, or the fields of a form before its media. */
  fields: Record<string, unknown>
  /** The `media` part of a multipart form, not read yet. */
  media: CompatMedia | undefined
}

/** The `media` part of a form. It needs no filename, and other fields may come before and after it. */
export interface CompatMedia {
  mediaType: string | null
  body: ByteReader
  /** Inferred from `Content-Length`, as if the media were the last part. */
  length: FileLength
  /** The fields after the media; known once `body` has been read to its end. */
  fieldsAfter: () => Record<string, string>
}

/** Base64 needs four characters for three bytes. */
const BASE64_GROWTH = 4 / 3

/** Largest JSON or form without media, bytes: as much as `readForm` allows before a file. */
const MAX_FIELD_BYTES: number = 64 * 1024

/**
 * Reads a body up to its media, or to its end if it is not multipart.
 *
 * @param maxMediaBytes Largest media in a JSON body, bytes before base64; 0 where there is none.
 */
export async function readCompatBody(
  { headers, body }: { headers: Headers; body: ByteReader },
  maxMediaBytes: number,
): Promise<CompatBody> {
  const contentType = headers.get('content-type') ?? ''
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return await readMultipart(headers, body)
  const isJson = type === 'application/json'
  const maxBytes = MAX_FIELD_BYTES + (isJson ? Math.ceil(maxMediaBytes * BASE64_GROWTH) : 0)
  const bytes = await readWhole(body, maxBytes)
  // X's own SDK declares JSON even when it sends no body.
  if (bytes.length === 0) return { kind: 'none', fields: {}, media: undefined }
  const text = new TextDecoder().decode(bytes)
  if (isJson) return { kind: 'json', fields: readObject(text), media: undefined }
  if (type === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: uniqueFields(new URLSearchParams(text)), media: undefined }
  }
  throw jsonRequired()
}

async function readMultipart(headers: Headers, body: ByteReader): Promise<CompatBody> {
  let fieldsAfter: Record<string, string> = {}
  const isField = (name: string) => name !== 'media'
  const { fields, file } = await readForm(headers.get('content-type') ?? '', body, {
    isFile: ({ name }) => name === 'media',
    isField,
    onTrailingParts(parts: readonly Part[], bytes) {
      if (parts.some(({ name }) => name === 'media')) {
        throw new XMediaError('invalid_parameter', '`media` is in the form twice. Send it once.')
      }
      fieldsAfter = readFields(parts, bytes, isField)
    },
  })
  if (file === undefined) return { kind: 'form', fields, media: undefined }
  const length = multipartFileLength(declaredLengths(headers, undefined), file.aroundBytes)
  return { kind: 'form', fields, media: { ...file, length, fieldsAfter: () => fieldsAfter } }
}

async function readWhole(body: ByteReader, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  let view = new Uint8Array(Math.min(maxBytes, MAX_FIELD_BYTES) + 1)
  let filled = 0
  for (let done = false; !done; ) {
    if (filled > maxBytes) throw tooLarge(maxBytes)
    if (filled === view.length) {
      view = copyToLarger(view, Math.min(maxBytes + 1, 2 * view.length))
    }
    const read = await body.read(view, filled)
    view = read.view
    filled += read.bytes
    done = read.done
  }
  return view.subarray(0, filled)
}

/** More levels than any JSON of X's has. */
const MAX_DEPTH = 32

function readObject(text: string): Record<string, unknown> {
  // Parsing nested values takes far more memory than the text, and deep ones overflow the stack. A large body can only
  // be a segment, which is flat.
  if (isDeeper(text, text.length > MAX_FIELD_BYTES ? 1 : MAX_DEPTH)) {
    throw new InvalidRequest('Request body is nested too deeply.')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidRequest('Request body is not valid JSON.')
  }
  if (!isRecord(value)) throw new InvalidRequest('Request body must be a JSON object.')
  return value
}

/** Whether a JSON text has more than `levels` levels of objects and arrays. */
function isDeeper(text: string, levels: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    if (depth > levels) return true
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}

function tooLarge(maxBytes: number): XMediaError {
  return new XMediaError('too_large', `The request body exceeds the limit of ${formatBytes(maxBytes)}.`)
}
