import { XMediaError } from '../errors.ts'
import type { BeginInspection, IncomingFile, MediaInspection, SourceTransform } from './media-check.ts'
import type { CheckedMedia, DeclaredMedia } from './media-type.ts'
import type { RequestedParameters } from './permissions.ts'

/** An upload whose headers are checked and whose untrusted bytes are still to be read. */
export interface UploadSource extends IncomingFile {
  /**
   * The step before INIT: resolves to what INIT tells X, or rejects to refuse the file. When it resolves, the upload
   * counts towards its subject's quota.
   *
   * @param inspection Has seen `start`, if there is one.
   */
  admit(
    file: FileStart,
    signal: AbortSignal | undefined,
    inspection: Pick<MediaInspection, 'judge' | 'findings'> | undefined,
  ): Promise<CheckedMedia>
  /** Resolves to what is uploaded instead of the file: another image of it, or the same with its size known. */
  prepare?: SourceTransform['run'] | undefined
  /** Looks at all bytes on their way to X. */
  beginInspection?: BeginInspection | undefined
  /** What the client asks of X. A field after the file may add to it while `body` is read. */
  requested(): Pick<RequestedParameters, 'additionalOwners' | 'shared'>
  /** Alternative text, at most 1,000 characters. Set after X has the media, so read it when the body has ended. */
  altText?: (() => string | undefined) | undefined
}

/** What is known of a file before INIT. */
export interface FileStart {
  declared: DeclaredMedia
  /** The first `HEAD_BYTES` of the file, or more; fewer when the file or its first segment is shorter. */
  start: Uint8Array<ArrayBuffer>
  /** The size of the file. */
  totalBytes: number
}

/** Bytes that tell the type of a file, as many as `file-type` reads. https://github.com/sindresorhus/file-type */
export const HEAD_BYTES = 4100

export function emptyBody(): XMediaError {
  return new XMediaError('empty_body', 'The file is empty. Send one that has at least one byte.')
}
