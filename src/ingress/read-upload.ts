import { XMediaError } from '../errors.ts'
import { declaredLengths, rawLength } from './lengths.ts'
import { checkMedia } from './media-type.ts'
import { MAX_AROUND_FILE_BYTES } from './multipart-form.ts'
import { readMultipart } from './multipart-upload.ts'
import { admitAndConsumeQuota, type UploadPolicy } from './upload-policy.ts'
import { emptyBody, type UploadBody, type UploadRequest, type UploadSource } from './upload-source.ts'

/** Reads as much of a request as tells what is uploaded, and refuses from the headers alone what they condemn. */
export async function readUpload(request: UploadRequest, policy: UploadPolicy): Promise<UploadSource> {
  const { headers } = request
  checkFraming(headers)
  const isMultipart = /^multipart\/form-data(?:[;\s]|$)/i.test(headers.get('content-type') ?? '')
  if (isMultipart) checkBodySize(headers, policy.uploadBytes)
  const { parameters, ...upload } = isMultipart ? await readMultipart(request) : readRaw(request)
  const { mediaType, category, totalBytes, atMostBytes = 0 } = upload
  if (totalBytes !== undefined) policy.checkSize(totalBytes, category)
  if (totalBytes === 0 && atMostBytes === 0) throw emptyBody()
  return {
    ...upload,
    additionalOwners: parameters.additional_owners,
    shared: parameters.shared,
    altText: parameters.alt_text,
    admit: admitAndConsumeQuota({ mediaType, category }, policy),
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

function checkBodySize(headers: Headers, uploadBytes: number): void {
  const contentLength = Number(headers.get('content-length') ?? 0)
  if (contentLength > uploadBytes + MAX_AROUND_FILE_BYTES) {
    throw new XMediaError(
      'too_large',
      `The body has ${contentLength.toLocaleString('en')} bytes; the limit for an upload is ${uploadBytes.toLocaleString('en')}.`,
    )
  }
}

/** A raw body is the file itself; its media type is the request's `Content-Type`, or the `media_type` parameter. */
function readRaw({ headers, body, parameters }: UploadRequest): UploadBody {
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
