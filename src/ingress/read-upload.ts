import { XMediaError } from '../errors.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { quote } from '../lib/quote.ts'
import { possibleCategories } from './check-media.ts'
import { declaredLengths, rawFileLength } from './lengths.ts'
import { readDeclaredMedia } from './media-type.ts'
import { MAX_AROUND_FILE_BYTES } from './multipart-form.ts'
import { type IncomingFile, readMultipart, type UploadRequest } from './multipart-upload.ts'
import { requestedParameters, type UploadParameters } from './upload-parameters.ts'
import { admitAndConsumeQuota, type UploadPolicy } from './upload-policy.ts'
import { emptyBody, type UploadSource } from './upload-source.ts'

/** Reads a request as far as its file. Refuses it from the headers alone where they are enough to tell. */
export async function readUpload(request: UploadRequest, policy: UploadPolicy): Promise<UploadSource> {
  const { headers } = request
  checkFraming(headers)
  const isMultipart = /^multipart\/form-data(?:[;\s]|$)/i.test(headers.get('content-type') ?? '')
  if (isMultipart) checkBodySize(headers, policy.uploadBytes)
  const checkParameters = (parameters: UploadParameters) => policy.checkParameters(requestedParameters(parameters))
  const file = isMultipart ? await readMultipart(request, checkParameters) : readRaw(request)
  const { totalBytes, maxTotalBytes, body } = file
  const { transform, beginInspection } = policy
  const { readDeclared = readDeclaredMedia, checkSize = policy.checkSize } = transform ?? {}
  const declared = () => {
    const { media_type: mediaType = file.mediaType, media_category: category } = file.parameters()
    return readDeclared(mediaType, category)
  }
  const declaredMedia = declared()
  // Later than the type: a file that X does not take needs no length.
  if (!isMultipart && totalBytes === undefined) throw lengthRequired()
  checkParameters(file.parameters())
  // Without a size, the category may still follow the file.
  if (totalBytes !== undefined) {
    const categories = possibleCategories(declaredMedia)
    policy.checkCategories(categories)
    checkSize(totalBytes, categories)
  }
  if ((totalBytes ?? maxTotalBytes) === 0) throw emptyBody()
  const requested = () => requestedParameters(file.parameters())
  return {
    ...{ declared, totalBytes, maxTotalBytes, body, requested },
    altText: () => requested().altText,
    async admit(start, signal, inspection) {
      // A form without a size has ended by now.
      const known = { ...requested(), altTextMayFollow: isMultipart && totalBytes !== undefined }
      return await admitAndConsumeQuota(known, policy)(start, signal, inspection)
    },
    beginInspection,
    transform,
  }
}

/** Refuses compressed bodies and bodies with two lengths. */
export function checkFraming(headers: Headers): void {
  // A few compressed bytes could expand to very many.
  const encoding = headers.get('content-encoding')
  if (encoding !== null && !/^\s*(?:identity)?\s*$/i.test(encoding)) {
    throw new XMediaError(
      'unsupported_encoding',
      `Content-Encoding is ${quote(encoding)}. Send the file uncompressed, without this header.`,
    )
  }
  // Two lengths for one body allow request smuggling. RFC 9112 section 6.3
  if (headers.has('content-length') && headers.has('transfer-encoding')) {
    throw new XMediaError('length_conflict', 'Both Content-Length and Transfer-Encoding were sent. Send only one.')
  }
}

function checkBodySize(headers: Headers, uploadBytes: number): void {
  const contentLength = Number(headers.get('content-length') ?? 0)
  if (contentLength > uploadBytes + MAX_AROUND_FILE_BYTES) {
    throw new XMediaError(
      'too_large',
      `The body has ${formatBytes(contentLength)}; the limit for an upload is ${formatBytes(uploadBytes)}.`,
    )
  }
}

/** A raw body is the file. */
function readRaw({ headers, body, parameters }: UploadRequest): IncomingFile {
  const totalBytes = rawFileLength(declaredLengths(headers, parameters.total_bytes))
  return { totalBytes, body, parameters: () => parameters, mediaType: headers.get('content-type') }
}

function lengthRequired(): XMediaError {
  const detail = 'X needs the size up front. Send Content-Length, or Upload-Length with a chunked body.'
  return new XMediaError('length_required', detail)
}
