import { XMediaError } from '../errors.ts'
import { declaredLengths, rawLength } from './lengths.ts'
import { checkMedia } from './media-type.ts'
import type { UploadBody, UploadRequest } from './upload-source.ts'

/** A raw body is the file itself; its media type is the request's `Content-Type`, or the `media_type` parameter. */
export function readRaw({ headers, body, parameters }: UploadRequest): UploadBody {
  const media = checkMedia(parameters.media_type ?? headers.get('content-type'), parameters.media_category)
  const totalBytes = rawLength(declaredLengths(headers, parameters.total_bytes))
  if (totalBytes === undefined) {
    throw new XMediaError(
      'length_required',
      'X needs the size before the first byte: send Content-Length, or Upload-Length with a chunked body.',
    )
  }
  return { ...media, parameters, totalBytes, body }
}
