import { XMediaError } from '../errors.ts'
import type { MediaCategory, MediaType } from '../x/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import type { FileLength } from './lengths.ts'
import type { UploadParameters } from './upload-parameters.ts'

/** What an upload is read from. */
export interface UploadRequest {
  headers: Headers
  /** The parameters in the query. */
  parameters: UploadParameters
  body: ByteReader
}

/** A file in a body, before its size is judged. */
export interface UploadBody extends FileLength {
  mediaType: MediaType
  category: MediaCategory
  body: ByteReader
  /** Those of the query and those in front of the file. */
  parameters: UploadParameters
}

/** What ingress makes of a request: checked parameters and the untrusted bytes, not yet read. */
export interface UploadSource {
  mediaType: MediaType
  category: MediaCategory
  /** What the client said; the relay counts and has the last word. Undefined: the file must fit into one segment. */
  totalBytes: number | undefined
  /** Set when `totalBytes` is not sure: most bytes the file can have. */
  atMostBytes?: number | undefined
  body: ByteReader
  /**
   * Runs before INIT, with the first `HEAD_BYTES` of the file (or all of it, or a segment) and its size. Rejects to refuse the
   * file; once it has resolved, the upload counts towards its subject's quota.
   */
  admit?:
    | ((head: Uint8Array<ArrayBuffer>, totalBytes: number, signal: AbortSignal | undefined) => Promise<void>)
    | undefined
  additionalOwners?: readonly string[] | undefined
  shared?: boolean | undefined
  /** Alternative text, set once the media is there; at most 1000 characters. */
  altText?: string | undefined
}

/** What a client says that bytes hash to. */
export interface Checksum {
  algorithm: 'SHA-1' | 'SHA-256'
  digest: Uint8Array
}

/** Bytes that tell what a file is: what the `file-type` package asks for. https://github.com/sindresorhus/file-type */
export const HEAD_BYTES = 4100

export function emptyBody(): XMediaError {
  return new XMediaError('empty_body', 'The file is empty; send its bytes.')
}
