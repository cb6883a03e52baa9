import type { MediaCategory, MediaType } from '../limits.ts'

/** What a call to X does. */
export type XStep = 'initialize' | 'append' | 'finalize' | 'status' | 'upload' | 'metadata' | 'subtitles'

/** A request to X, complete except for the token. */
export interface XRequest {
  step: XStep
  method: 'GET' | 'POST' | 'DELETE'
  /** Path and query, relative to the base URL of the API. */
  path: string
  contentType?: string
  body?: string | Uint8Array<ArrayBuffer>
}

export interface InitializeParameters {
  mediaType: MediaType
  category: MediaCategory
  totalBytes: number
  /** Ids of other users who may use the media. */
  additionalOwners?: readonly string[] | undefined
  /** Whether the media may be used in more than one direct message. */
  shared?: boolean | undefined
}

/** A complete multipart body, and the content type with its boundary. */
export interface Multipart {
  contentType: string
  body: Uint8Array<ArrayBuffer>
}

/** The requests of one generation of X's API. The responses are the same in both. */
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
