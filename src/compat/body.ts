import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { declaredLengths, type FileLength, multipartFileLength } from '../ingress/lengths.ts'
import { readFields, readForm } from '../ingress/multipart-form.ts'
import type { Part } from '../ingress/multipart-parts.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { isRecord } from '../lib/is-record.ts'

/** A body as X's media API takes it: fields, and in a form perhaps the media. */
export interface CompatBody {
  kind: 'none' | 'json' | 'form'
  /** Members of the JSON, or the fields of a form that are not behind its media. */
  fields: Record<string, unknown>
  media: CompatMedia | undefined
}

/** The `media` part of a form. X wants no filename there, and takes fields in front of it and behind. */
export interface CompatMedia {
  mediaType: string | null
  body: ByteReader
  /** What `Content-Length` leaves for it, if nothing is behind it. */
  length: FileLength
  /** The fields behind it, once it has been read to its end. */
  behind: () => Record<string, string>
}

/** Base64 has four characters for three bytes. */
const BASE64_GROWTH = 4 / 3
const MAX_FIELD_BYTES: number = 64 * 1024

/** @param mediaBytes What the media in a JSON body may have at most, in base64; 0 where there can be none. */
export async function readCompatBody(
  { headers, body }: { headers: Headers; body: ByteReader },
  mediaBytes: number,
): Promise<CompatBody> {
  const contentType = headers.get('content-type') ?? ''
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'multipart/form-data') return await readParts(headers, body)
  const isJson = type === 'application/json'
  const maxBytes = MAX_FIELD_BYTES + (isJson ? Math.ceil(mediaBytes * BASE64_GROWTH) : 0)
  const bytes = await readWhole(body, maxBytes)
  // X's own SDK declares JSON on calls that have no body.
  if (bytes.length === 0) return { kind: 'none', fields: {}, media: undefined }
  const text = new TextDecoder().decode(bytes)
  if (isJson) return { kind: 'json', fields: readObject(text), media: undefined }
  if (type === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: unique(new URLSearchParams(text)), media: undefined }
  }
  throw new XMediaError('invalid_parameter', 'Requests with bodies must have content-type of application/json.')
}

async function readParts(headers: Headers, body: ByteReader): Promise<CompatBody> {
  let behind: Record<string, string> = {}
  const isField = (name: string) => name !== 'media'
  const { fields, file } = await readForm(headers.get('content-type') ?? '', body, {
    isFile: ({ name }) => name === 'media',
    isField,
    onTrailingParts(parts: readonly Part[], bytes) {
      if (parts.some(({ name }) => name === 'media')) {
        throw new XMediaError('invalid_parameter', 'The field media is there twice; send it once.')
      }
      behind = readFields(parts, bytes, isField)
    },
  })
  if (file === undefined) return { kind: 'form', fields, media: undefined }
  const length = multipartFileLength(declaredLengths(headers, undefined), file.aroundBytes)
  return { kind: 'form', fields, media: { ...file, length, behind: () => behind } }
}

async function readWhole(body: ByteReader, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  let view = new Uint8Array(Math.min(maxBytes, MAX_FIELD_BYTES) + 1)
  let filled = 0
  for (let done = false; !done; ) {
    if (filled > maxBytes) throw tooLarge(maxBytes)
    if (filled === view.length) view = copyToLarger(view, Math.min(maxBytes + 1, 2 * view.length))
    const read = await body.read(view, filled)
    view = read.view
    filled += read.bytes
    done = read.done
  }
  return view.subarray(0, filled)
}

/** X's JSON is flatter; and around a segment it has no more than two members. */
const MAX_DEPTH = 32

function readObject(text: string): Record<string, unknown> {
  // Values in values cost much more memory than text, and what has no bottom costs the stack.
  if (isDeeper(text, text.length > MAX_FIELD_BYTES ? 1 : MAX_DEPTH)) {
    throw new XMediaError('invalid_parameter', 'Request body has values within values.')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new XMediaError('invalid_parameter', 'Request body is not valid JSON.')
  }
  if (!isRecord(value)) throw new XMediaError('invalid_parameter', 'Request body must be a JSON object.')
  return value
}

/** Whether a JSON text has more than so many levels. */
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

/** Pairs as an object; a name that comes twice is refused. */
export function unique(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of entries) {
    if (fields.has(name)) throw new XMediaError('invalid_parameter', `The parameter ${name} is there twice.`)
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}

function tooLarge(maxBytes: number): XMediaError {
  return new XMediaError('too_large', `This body may have ${maxBytes} bytes.`)
}
