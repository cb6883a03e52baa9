import { XMediaError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import type { BeginInspection, MediaInspection } from './media-check.ts'
import type { CheckedMedia, DeclaredMedia } from './media-type.ts'

/** An upload whose headers are checked and whose untrusted bytes are still to be read. */
export interface UploadSource {
  declared: DeclaredMedia
  /**
   * The size of the file, as the client declared it or as we inferred it; the relay counts the bytes and decides.
   * Undefined: the file must fit into one segment.
   */
  totalBytes: number | undefined
  /** The most bytes that the file can have, when `totalBytes` is undefined. Undefined: one segment. */
  maxTotalBytes?: number | undefined
  body: ByteReader
  /**
   * The step before INIT: resolves to what INIT tells X, or rejects to refuse the file. When it resolves, the upload
   * counts towards its subject's quota.
   *
   * @param start The first `HEAD_BYTES` of the file, or more; fewer when the file or its first segment is shorter.
   * @param inspection Has seen `start`, if there is one.
   */
  admit(
    start: Uint8Array<ArrayBuffer>,
    totalBytes: number,
    signal: AbortSignal | undefined,
    inspection: Pick<MediaInspection, 'judge' | 'findings'> | undefined,
  ): Promise<AdmittedMedia>
  /** Looks at all bytes on their way to X. */
  beginInspection?: BeginInspection | undefined
  additionalOwners?: readonly string[] | undefined
  shared?: boolean | undefined
  /** Alternative text, at most 1,000 characters. Set after X has the media, so read it when the body has ended. */
  altText?: (() => string | undefined) | undefined
}

/** A file that may go to X. */
export interface AdmittedMedia extends CheckedMedia {
  /** Set where a field after the file may have changed it. */
  additionalOwners?: readonly string[] | undefined
  /** Set where a field after the file may have changed it. */
  shared?: boolean | undefined
}

/** Bytes that tell the type of a file, as many as `file-type` reads. https://github.com/sindresorhus/file-type */
export const HEAD_BYTES = 4100

export function emptyBody(): XMediaError {
  return new XMediaError('empty_body', 'The file is empty. Send one that has at least one byte.')
}
