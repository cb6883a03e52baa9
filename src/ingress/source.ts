import type { MediaCategory, MediaType } from '../x/limits.ts'

/** What ingress makes of a request: checked parameters and the untrusted bytes, not yet read. */
export interface UploadSource {
  mediaType: MediaType
  category: MediaCategory
  /** What the client said; the relay counts and has the last word. */
  totalBytes: number
  body: ReadableStream<Uint8Array>
  additionalOwners?: readonly string[] | undefined
  shared?: boolean | undefined
  /** Alternative text, set once the media is there; at most 1000 characters. */
  altText?: string | undefined
}
