import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { declaredLengths, readLength } from '../ingress/lengths.ts'
import { createCheckedReader, type FileSize, type FormRequest, sizeOf } from '../ingress/multipart-file-check.ts'
import { type FormFile, type FormSection, readForm } from '../ingress/multipart-form.ts'
import type { Part } from '../ingress/multipart-parts.ts'
import { uniqueFields as uniqueFormFields } from '../ingress/multipart-section.ts'
import type { UploadSource } from '../ingress/upload-source.ts'
import { isRecord } from '../lib/is-record.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { bodyTooLarge, readWholeBody } from '../routes/whole-body.ts'
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
  /** The most bytes that the media can have. Undefined when the request declares no length. */
  maxBytes: number | undefined
  /** The fields after the media; known once `body` has been read to its end. */
  fieldsAfter: () => Record<string, string>
  /** The same media for the relay, as the last part of its form. Read this one or `body`. */
  streamed: () => Pick<UploadSource, 'body' | 'totalBytes' | 'maxTotalBytes'>
}

/** Base64 needs four characters for three bytes. */
const BASE64_GROWTH = 4 / 3

/** Largest JSON or form without media, bytes: as much as `readForm` allows before a file. */
const MAX_FIELD_BYTES: number = 64 * 1024

/**
 * Reads a body up to its media, or to its end if it is not multipart. Memory grows with the bytes that arrive.
 *
 * @param maxMediaBytes Largest media in a JSON body, bytes before base64; 0 where there is none.
 */
export async function readCompatBody(
  source: FormRequest,
  maxMediaBytes: number,
  reservation: MemoryReservation,
): Promise<CompatBody> {
  const { headers, body } = source
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return await readMultipart(source)
  const isJson = type === 'application/json'
  const maxBytes = MAX_FIELD_BYTES + (isJson ? Math.ceil(maxMediaBytes * BASE64_GROWTH) : 0)
  const length = readLength('Content-Length', headers.get('content-length') ?? undefined)
  if (length !== undefined && length > maxBytes) throw bodyTooLarge(maxBytes)
  const bytes = await readWholeBody(body, maxBytes, reservation)
  // X's own SDK declares JSON even when it sends no body.
  if (bytes.length === 0) return { kind: 'none', fields: {}, media: undefined }
  // The body, its text, and the strings parsed from that.
  reservation.require(3 * bytes.length)
  const text = new TextDecoder().decode(bytes)
  if (isJson) return { kind: 'json', fields: readObject(text), media: undefined }
  if (type === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: uniqueFields(new URLSearchParams(text)), media: undefined }
  }
  throw jsonRequired()
}

const isMedia = ({ name }: Part) => name === 'media'

async function readMultipart(source: FormRequest): Promise<CompatBody> {
  const { headers, body } = source
  const rules = { isFile: isMedia, isField: (part: Part) => !isMedia(part) }
  const { fields, file } = await readForm(headers.get('content-type') ?? '', body, rules)
  return { kind: 'form', fields: uniqueFormFields(fields), media: file && toMedia(file, source) }
}

function toMedia(file: FormFile, request: FormRequest): CompatMedia {
  // X's schema has no field for the size.
  const declared = declaredLengths(request.headers, undefined)
  const size: FileSize = { ...sizeOf(file, request, declared), advice: 'the header Upload-Length' }
  const { totalBytes, maxTotalBytes } = size
  return {
    mediaType: file.mediaType,
    body: createCheckedReader(
      file,
      () => ({ ...size, totalBytes: undefined }),
      (_, rest) => checkRest(rest),
    ),
    maxBytes: maxTotalBytes,
    fieldsAfter: () => checkRest(file.rest()),
    streamed: () => ({ totalBytes, maxTotalBytes, body: createCheckedReader(file, () => size, refuseFieldsAfter) }),
  }
}

/** The fields after the media. Refuses a second media. */
function checkRest({ fields, file }: FormSection): Record<string, string> {
  if (file) throw new XMediaError('invalid_parameter', '`media` is in the form twice. Send it once.')
  return uniqueFormFields(fields)
}

/** The upload of a streamed file has begun without the fields after it. */
function refuseFieldsAfter(_: number, rest: FormSection): void {
  if (Object.keys(checkRest(rest)).length === 0) return
  throw new XMediaError('invalid_parameter', 'Send all fields before the media.')
}

/** More levels than any JSON of X's has. */
const MAX_DEPTH = 32

/** More members and items, in all levels together, than any JSON of X's has. */
const MAX_ITEMS = 1000

function readObject(text: string): Record<string, unknown> {
  // Parsing nested or many values takes far more memory and time than the text, and deep ones overflow the stack. A large
  // body can only be a segment, which is flat.
  const problem = excessOf(text, text.length > MAX_FIELD_BYTES ? 1 : MAX_DEPTH)
  if (problem) throw new InvalidRequest(problem)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidRequest('Request body is not valid JSON.')
  }
  if (!isRecord(value)) throw new InvalidRequest('Request body must be a JSON object.')
  return value
}

/** What a JSON text has too much of: levels of objects and arrays, or items in them. Undefined if it has neither. */
function excessOf(text: string, maxDepth: number): string | undefined {
  let depth = 0
  let items = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    else if (char === ',') items++
    if (depth > maxDepth) return 'Request body is nested too deeply.'
    if (items > MAX_ITEMS) return 'Request body has too many members.'
  }
  return undefined
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}
