import type { MediaCategory, MediaType } from '../limits.ts'

/** What a call to X is for. */
export type XStep = 'initialize' | 'append' | 'finalize' | 'status' | 'upload' | 'metadata' | 'subtitles'

/** One call, ready to be sent but for the token. */
export interface XRequest {
  step: XStep
  method: 'GET' | 'POST' | 'DELETE'
  /** Path and query below the API's base URL. */
  path: string
  contentType?: string
  body?: string | Uint8Array<ArrayBuffer>
}

export interface InitializeParameters {
  mediaType: MediaType
  category: MediaCategory
  totalBytes: number
  /** User ids that may use the media too. */
  additionalOwners?: readonly string[] | undefined
  /** Whether the media may be used in more than one direct message. */
  shared?: boolean | undefined
}

/** A whole multipart body; its content type names the boundary. */
export interface Multipart {
  contentType: string
  body: Uint8Array<ArrayBuffer>
}

/** How one generation of X's API spells an upload. The answers are the same in both. */
export interface Dialect {
  initialize(parameters: InitializeParameters): XRequest
  append(mediaId: string, multipart: Multipart): XRequest
  finalize(mediaId: string): XRequest
  status(mediaId: string): XRequest
}

export type DialectName = 'resource' | 'command'

export function jsonBody(value: unknown): { contentType: string; body: string } {
  return { contentType: 'application/json', body: JSON.stringify(value) }
}
