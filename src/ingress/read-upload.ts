import { XMediaError } from '../errors.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { CheckedMedia } from './media-type.ts'
import { MAX_AROUND_FILE_BYTES } from './multipart-form.ts'
import { readMultipart } from './multipart-upload.ts'
import { readRaw } from './raw.ts'
import { settleMedia } from './settle-media.ts'
import { emptyBody, type UploadRequest, type UploadSource } from './upload-source.ts'

/** What an upload must pass. Each refuses by throwing. */
export interface UploadChecks {
  /** Largest upload of all, bytes. */
  maxBytes: number
  checkSize(bytes: number, category: MediaCategory): void
  /** The app's own look at the first bytes. */
  inspect(head: Uint8Array<ArrayBuffer>, file: CheckedMedia & { totalBytes: number }): Promise<void>
  /** Called once all else is found good. */
  consume(totalBytes: number): Promise<void>
}

/** Reads as much of a request as tells what is uploaded, and refuses from the headers alone what they condemn. */
export async function readUpload(request: UploadRequest, checks: UploadChecks): Promise<UploadSource> {
  const { headers } = request
  checkFraming(headers)
  const isMultipart = /^multipart\/form-data(?:[;\s]|$)/i.test(headers.get('content-type') ?? '')
  if (isMultipart) checkBodySize(headers, checks.maxBytes)
  const { parameters, ...upload } = isMultipart ? await readMultipart(request) : readRaw(request)
  const { mediaType, category, totalBytes, atMostBytes = 0 } = upload
  if (totalBytes !== undefined) checks.checkSize(totalBytes, category)
  if (totalBytes === 0 && atMostBytes === 0) throw emptyBody()
  return {
    ...upload,
    additionalOwners: parameters.additional_owners,
    shared: parameters.shared,
    altText: parameters.alt_text,
    check: createCheck({ mediaType, category }, checks),
  }
}

/** What the first bytes of a file and its size must pass before X is asked. */
export function createCheck(media: CheckedMedia, checks: UploadChecks): NonNullable<UploadSource['check']> {
  return async (head, size, signal) => {
    // A size that was not known before is judged here.
    checks.checkSize(size, media.category)
    settleMedia({ declaredType: media.mediaType, mediaTypes: [media.mediaType], category: media.category }, head)
    await checks.inspect(head, { ...media, totalBytes: size })
    // An upload that ended meanwhile uses nothing up.
    signal?.throwIfAborted()
    await checks.consume(size)
  }
}

/** A body is taken as it is: inflating it would let few bytes cost many. */
export function checkFraming(headers: Headers): void {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && !/^\s*identity\s*$/i.test(encoding)) {
    throw new XMediaError('unsupported_encoding', 'Send the file as it is, without Content-Encoding.')
  }
  // Two lengths for one body are how requests are smuggled. RFC 9112 section 6.3
  if (headers.has('content-length') && headers.has('transfer-encoding')) {
    throw new XMediaError('length_conflict', 'Send Content-Length or a chunked body, not both.')
  }
}

function checkBodySize(headers: Headers, maxBytes: number): void {
  const contentLength = Number(headers.get('content-length') ?? 0)
  if (contentLength > maxBytes + MAX_AROUND_FILE_BYTES) {
    throw new XMediaError('too_large', `An upload may have ${maxBytes} bytes; this body has ${contentLength}.`)
  }
}
