import { XMediaError } from '../errors.ts'
import { type DeclaredLengths, rawLength } from './lengths.ts'
import { checkMedia, type MediaLimits } from './media.ts'
import type { UploadParameters } from './parameters.ts'
import type { UploadSource } from './source.ts'

/** The parts of a request that an upload is read from. */
export interface UploadRequest {
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  parameters: UploadParameters
}

/** A raw body is the file itself; its media type is the request's `Content-Type`, or the `media_type` parameter. */
export function readRaw({ headers, body, parameters }: UploadRequest, limits: MediaLimits): UploadSource {
  const media = checkMedia(parameters.media_type ?? headers.get('content-type'), parameters.media_category)
  const totalBytes = rawLength(declaredLengths(headers, parameters))
  if (totalBytes === undefined) {
    throw new XMediaError(
      'length_required',
      'X needs the size before the first byte: send Content-Length, or Upload-Length with a chunked body.',
    )
  }
  limits.checkSize(totalBytes, media.category)
  if (totalBytes === 0 || body === null) throw new XMediaError('empty_body', 'The body is empty; send the file in it.')
  return {
    ...media,
    totalBytes,
    body,
    additionalOwners: parameters.additional_owners,
    shared: parameters.shared,
    altText: parameters.alt_text,
  }
}

function declaredLengths(headers: Headers, parameters: UploadParameters): DeclaredLengths {
  return {
    contentLength: headers.get('content-length') ?? undefined,
    uploadLength: headers.get('upload-length') ?? undefined,
    totalBytes: parameters.total_bytes,
  }
}
