import { XMediaError } from '../errors.ts'
import { formatSize } from '../lib/format-bytes.ts'
import { quote } from '../lib/quote.ts'
import { createFilesTogether } from './files-together.ts'
import { declaredLengths, rawFileLength } from './lengths.ts'
import { MAX_AROUND_FILE_BYTES } from './multipart-section.ts'
import { type IncomingFile, readFormFiles, type UploadRequest } from './multipart-upload.ts'
import { openUpload } from './open-upload.ts'
import type { UploadPolicy } from './upload-policy.ts'
import type { UploadSource } from './upload-source.ts'

/** Opens the next upload of a request. Throws to refuse it, from the headers alone where they are enough to tell. */
export type OpenUpload = () => UploadSource

/**
 * Reads a request as far as its file, or its next one: a form may have several photos. Ends after a file that goes alone,
 * whatever follows.
 */
export async function* readUploads(
  request: UploadRequest,
  policy: UploadPolicy,
): AsyncGenerator<OpenUpload, void, void> {
  const { headers, maxFiles } = request
  checkFraming(headers)
  if (!isForm(headers)) {
    yield () => openUpload(() => readRaw(request), { request, policy, together: createFilesTogether(1) })
    return
  }
  checkBodySize(headers, policy.uploadBytes, maxFiles)
  const together = createFilesTogether(maxFiles)
  for await (const open of readFormFiles(request)) {
    yield () => openUpload(open, { request, policy, together })
    if (together.isAlone) return
  }
}

function isForm(headers: Headers): boolean {
  return /^multipart\/form-data(?:[;\s]|$)/i.test(headers.get('content-type') ?? '')
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

/** Refuses a form that is larger than all its files may be. */
function checkBodySize(headers: Headers, uploadBytes: number, maxFiles: number): void {
  const contentLength = Number(headers.get('content-length') ?? 0)
  if (contentLength > maxFiles * (uploadBytes + MAX_AROUND_FILE_BYTES)) {
    throw new XMediaError(
      'too_large',
      `The body has ${formatSize(contentLength)}; the limit for an upload is ${formatSize(uploadBytes)}.`,
    )
  }
}

/** A raw body is the file. */
function readRaw({ headers, body, parameters }: UploadRequest): IncomingFile {
  const totalBytes = rawFileLength(declaredLengths(headers, parameters.total_bytes))
  return {
    ...{ index: 0, isForm: false, totalBytes, body, mediaType: headers.get('content-type') },
    parameters: () => parameters,
    isWhole: () => false,
  }
}
