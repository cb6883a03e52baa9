import { XMediaError } from '../errors.ts'
import type { MediaCategory, MediaType } from '../x/limits.ts'
import type { ByteReader } from './byte-reader.ts'

/** A checked upload whose untrusted bytes are still to be read. */
export interface UploadSource {
  mediaType: MediaType
  category: MediaCategory
  /**
   * The size of the file, as the client declared it or as we inferred it; the relay counts the bytes and decides.
   * Undefined: the file must fit into one segment.
   */
  totalBytes: number | undefined
  /** Set when `totalBytes` is uncertain: the most bytes that the file can have. */
  maxTotalBytes?: number | undefined
  body: ByteReader
  /**
   * Runs before INIT with the first `HEAD_BYTES` of the file (fewer when the file or its first segment is shorter) and
   * its size. Rejects to refuse the file. When it resolves, the upload counts towards its subject's quota.
   */
  admit?:
    | ((head: Uint8Array<ArrayBuffer>, totalBytes: number, signal: AbortSignal | undefined) => Promise<void>)
    | undefined
  additionalOwners?: readonly string[] | undefined
  shared?: boolean | undefined
  /** Alternative text, at most 1,000 characters. Set after X has the media. */
  altText?: string | undefined
}

/** Bytes that tell the type of a file, as many as `file-type` reads. https://github.com/sindresorhus/file-type */
export const HEAD_BYTES = 4100

export function emptyBody(): XMediaError {
  return new XMediaError('empty_body', 'The file is empty. Send one that has at least one byte.')
}
