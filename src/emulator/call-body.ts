/** Reading a request's body, whole but bounded, and making fields of it. */

import { boundaryOf, type Part, parseMultipart } from './multipart-parser.ts'
import { invalid, tooLarge } from './refusals.ts'

/** A refused body is read to its end up to here, so that the client sees the answer and not a broken connection. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024

export interface Body {
  kind: 'none' | 'json' | 'form'
  /** JSON members as they are; form fields as text, without `media`. */
  fields: Record<string, unknown>
  /** The `media` part of a multipart body. */
  media?: Part
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Whether a request has a body whose length nobody declared. Requests made in-process carry no `Host` and no length. */
export function isLengthMissing(headers: Headers): boolean {
  return headers.has('transfer-encoding') || (headers.has('host') && !headers.has('content-length'))
}

/** The body's bytes; more than `maxBytes` is refused with an empty 413. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return new Uint8Array(0)
  const reader = request.body.getReader()
  // On some hosts, and in-process, a client that leaves does not end the read: only the signal tells.
  const leave = () => void reader.cancel().catch(() => undefined)
  request.signal.addEventListener('abort', leave, { once: true })
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size <= maxBytes) chunks.push(value)
    else if (size > MAX_DRAINED_BYTES) {
      await reader.cancel()
      break
    }
  }
  request.signal.removeEventListener('abort', leave)
  request.signal.throwIfAborted()
  if (size > maxBytes) throw tooLarge()
  return concat(chunks, size)
}

export function concat(chunks: Iterable<Uint8Array>, size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

export function parseBody(bytes: Uint8Array<ArrayBuffer>, contentType: string): Body {
  // X's own SDK declares JSON on calls that have no body.
  if (bytes.length === 0) return { kind: 'none', fields: {} }
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') return { kind: 'json', fields: parseObject(bytes) }
  if (type === 'application/x-www-form-urlencoded') return { kind: 'form', fields: unique(formEntries(bytes)) }
  if (type.startsWith('multipart/form-data')) return parseForm(bytes, contentType)
  throw invalid('Requests with bodies must have content-type of application/json.')
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch {
    throw invalid('Request body is not valid JSON.')
  }
  if (!isObject(value)) throw invalid('Request body must be a JSON object.')
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function formEntries(bytes: Uint8Array): [string, string][] {
  return [...new URLSearchParams(new TextDecoder().decode(bytes))]
}

function parseForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Body {
  const boundary = boundaryOf(contentType)
  // X's words for a boundary it cannot find.
  if (boundary === undefined) throw invalid('Request body is not valid JSON.')
  const parts = parseMultipart(bytes, boundary)
  if (parts === undefined) throw invalid('Request body is not valid multipart/form-data.')
  const [media, second] = parts.filter((part) => part.name === 'media')
  if (second !== undefined) throw invalid('Duplicate field', { media: [] })
  const texts = parts.filter((part) => part.name !== 'media')
  const fields = unique(texts.map((part) => [part.name, new TextDecoder().decode(part.bytes)]))
  return { kind: 'form', fields, ...(media === undefined ? {} : { media }) }
}

/** Pairs as an object; a name that comes twice is refused. */
export function unique(entries: Iterable<[string, string]>): Record<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of entries) {
    if (fields.has(name)) throw invalid('Duplicate field', { [name]: [value] })
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}
