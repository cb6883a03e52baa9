/** Parses the body of a call: JSON, a URL-encoded form or multipart. */

import { isRecord } from '../lib/is-record.ts'
import { badRequest, missingMedia } from './api-responses.ts'
import { type FormPart, parseMultipart, readBoundary } from './multipart-parser.ts'

export interface CallBody {
  kind: 'none' | 'json' | 'form'
  /** The members of a JSON body, or the text fields of a form without `media`. */
  fields: Record<string, unknown>
  /** The `media` part of a multipart body. */
  media?: FormPart
  /** Bytes after the end of a multipart body, which are ignored. */
  epilogueBytes: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function parseBody(bytes: Uint8Array<ArrayBuffer>, contentType: string): CallBody {
  // X's own SDK declares JSON on calls without a body.
  if (bytes.length === 0) return { kind: 'none', fields: {}, epilogueBytes: 0 }
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') return { kind: 'json', fields: parseJsonObject(bytes), epilogueBytes: 0 }
  if (type === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: uniqueFields(formEntries(bytes)), epilogueBytes: 0 }
  }
  if (type.startsWith('multipart/form-data')) return parseForm(bytes, contentType)
  throw badRequest('Requests with bodies must have content-type of application/json.')
}

/** The `media` part, or the error X answers without one. */
export function requireMediaPart({ media }: CallBody): FormPart {
  if (media === undefined) throw missingMedia()
  return media
}

/** Turns names and values into an object. Throws X's error for a name that comes twice. */
export function uniqueFields(entries: Iterable<[string, string]>): Record<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of entries) {
    if (fields.has(name)) throw badRequest('Duplicate field', { [name]: [value] })
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}

function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    throw badRequest('Request body is not valid JSON.')
  }
  if (!isRecord(value)) throw badRequest('Request body must be a JSON object.')
  return value
}

function formEntries(bytes: Uint8Array): [string, string][] {
  return [...new URLSearchParams(new TextDecoder().decode(bytes))]
}

function parseForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): CallBody {
  const boundary = readBoundary(contentType)
  // This is X's text for a boundary that it cannot find.
  if (boundary === undefined) throw badRequest('Request body is not valid JSON.')
  const multipart = parseMultipart(bytes, boundary)
  if (multipart === undefined) throw badRequest('Request body is not valid multipart/form-data.')
  const { parts, epilogueBytes } = multipart
  const [media, second] = parts.filter((part) => part.name === 'media')
  if (second !== undefined) throw badRequest('Duplicate field', { media: [] })
  const texts = parts.filter((part) => part.name !== 'media')
  const fields = uniqueFields(texts.map((part) => [part.name, new TextDecoder().decode(part.bytes)]))
  return { kind: 'form', fields, epilogueBytes, ...(media === undefined ? {} : { media }) }
}
