import { XMediaError } from '../errors.ts'
import { readLength } from '../ingress/lengths.ts'
import { type DeclaredMedia, readDeclaredMedia } from '../ingress/media-type.ts'
import { mergeParameters, readParameters, type UploadParameters } from '../ingress/upload-parameters.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { Checksum } from '../session/chunk.ts'
import type { Protocol } from '../session/record.ts'
import { readMetadata } from './metadata.ts'
import { requireProtocol } from './protocol.ts'
import { readBoolean, readInteger } from './structured-fields.ts'

export const TUS_MEDIA_TYPE = 'application/offset+octet-stream'
/** draft-ietf-httpbis-resumable-upload-11 section 6 */
export const IETF_MEDIA_TYPE = 'application/partial-upload'

/** A request that creates an upload. */
export interface Creation {
  protocol: Protocol
  declared: DeclaredMedia
  parameters: UploadParameters
  /** `Upload-Metadata` as the client sent it. */
  metadata: string | undefined
  /** Undefined when the client will send it later. */
  totalBytes: number | undefined
  /** Set when the request also brings the first bytes. */
  chunk: DeclaredChunk | undefined
}

/** A chunk as the headers of its request declare it. */
export interface DeclaredChunk {
  /** Where in the file it starts. */
  offset: number
  /** Its size in bytes; undefined when the body has no declared length. */
  bytes: number | undefined
  /** The size of the file, when the request says it. */
  totalBytes: number | undefined
  checksum: Checksum | undefined
}

/** A request whose body is not read yet. */
export type RequestHead = Pick<Request, 'headers' | 'body'>

/** Reads the headers of the POST that creates an upload. */
export function readCreation(request: RequestHead, query: UploadParameters): Creation {
  const { headers } = request
  const protocol = requireProtocol(headers)
  if (headers.has('upload-concat')) {
    throw new XMediaError('unsupported_extension', 'Uploads cannot be concatenated here; send the file as one upload.')
  }
  const metadata = headers.get('upload-metadata') ?? undefined
  const { parameters: fields, mediaType } = readMetadata(metadata)
  const parameters = mergeParameters(query, readParameters(fields))
  const contentType = protocol === 'ietf' ? headers.get('content-type') : null
  const declared = readDeclaredMedia(parameters.media_type ?? mediaType ?? contentType, parameters.media_category)
  const { totalBytes: known, chunk } = protocol === 'tus' ? readTusCreation(request) : readIetfChunk(request, 0)
  const totalBytes = consistentLength(known, readLength('total_bytes', parameters.total_bytes))
  return { protocol, declared, parameters, metadata, totalBytes, chunk }
}

/** Reads the headers of a PATCH. */
export function readAppend(request: RequestHead): DeclaredChunk {
  const { headers } = request
  const protocol = requireProtocol(headers)
  const offset =
    protocol === 'ietf' ? readInteger(headers, 'upload-offset') : readLengthHeader(headers, 'Upload-Offset')
  if (offset === undefined) {
    throw new XMediaError('invalid_length', '`Upload-Offset` is missing: send the offset of the first byte.')
  }
  checkChunkType(headers, protocol)
  if (protocol === 'ietf') return readIetfChunk(request, offset).chunk
  return { ...readTusChunk(request, offset), totalBytes: readLengthHeader(headers, 'Upload-Length') }
}

function checkChunkType(headers: Headers, protocol: Protocol): void {
  const expected = protocol === 'tus' ? TUS_MEDIA_TYPE : IETF_MEDIA_TYPE
  // The draft has a media type since version 6, but clients of that version do not all send it.
  const hasType = protocol === 'tus' || (readInteger(headers, 'upload-draft-interop-version') ?? Infinity) > 6
  if (hasType && headers.get('content-type') !== expected) {
    throw new XMediaError('unsupported_media_type', `Send chunks with \`Content-Type: ${expected}\`.`)
  }
}

function readTusCreation(request: RequestHead): { totalBytes: number | undefined; chunk: DeclaredChunk | undefined } {
  const { headers } = request
  const totalBytes = readLengthHeader(headers, 'Upload-Length')
  const deferred = headers.get('upload-defer-length')
  if (deferred !== null && (deferred !== '1' || totalBytes !== undefined)) {
    throw new XMediaError('invalid_length', '`Upload-Defer-Length` must be 1, and excludes `Upload-Length`.')
  }
  if (totalBytes === undefined && deferred === null) {
    throw new XMediaError(
      'invalid_length',
      'The length is missing: send `Upload-Length`, or `Upload-Defer-Length: 1` if you do not know it yet.',
    )
  }
  const hasBytes = headers.get('content-type') === TUS_MEDIA_TYPE
  return { totalBytes, chunk: hasBytes ? readTusChunk(request, 0) : undefined }
}

function readTusChunk(request: RequestHead, offset: number): DeclaredChunk {
  const checksum = readChecksum(request.headers.get('upload-checksum'))
  return { offset, bytes: bodyBytes(request), totalBytes: undefined, checksum }
}

/** The request that ends an upload also says its length. draft-ietf-httpbis-resumable-upload-11 section 4.1.3 */
function readIetfChunk(request: RequestHead, offset: number): { totalBytes: number | undefined; chunk: DeclaredChunk } {
  const { headers } = request
  const isLast = readBoolean(headers, 'upload-complete')
  if (isLast === undefined) {
    throw new XMediaError('invalid_parameter', 'Send `Upload-Complete: ?1` with the last bytes, and `?0` before.')
  }
  const bytes = bodyBytes(request)
  const end = isLast && bytes !== undefined ? offset + bytes : undefined
  const totalBytes = consistentLength(end, readInteger(headers, 'upload-length'))
  return { totalBytes, chunk: { offset, bytes, totalBytes, checksum: undefined } }
}

/** The size of a body; undefined when it is not declared. A chunked body declares none, and one in HTTP/2 need not. */
function bodyBytes({ headers, body }: RequestHead): number | undefined {
  return readLengthHeader(headers, 'Content-Length') ?? (body === null ? 0 : undefined)
}

function readLengthHeader(headers: Headers, name: string): number | undefined {
  return readLength(name, headers.get(name) ?? undefined)
}

/** The length of an upload that may be known from two sources. Throws `length_inconsistent` when they differ. */
export function consistentLength(known: number | undefined, declared: number | undefined): number | undefined {
  if (known !== undefined && declared !== undefined && known !== declared) {
    throw new XMediaError(
      'length_inconsistent',
      `This upload has ${formatBytes(known)}, but the request says ${formatBytes(declared)}.`,
    )
  }
  return known ?? declared
}

const CHECKSUMS: Readonly<Record<string, Checksum['algorithm']>> = { sha1: 'SHA-1', sha256: 'SHA-256' }

/** The algorithms that `Upload-Checksum` may name. */
export const CHECKSUM_ALGORITHMS: readonly string[] = Object.keys(CHECKSUMS)

/** https://tus.io/protocols/resumable-upload#upload-checksum */
function readChecksum(header: string | null): Checksum | undefined {
  if (header === null) return undefined
  const [name = '', base64 = ''] = header.split(' ')
  const algorithm = Object.hasOwn(CHECKSUMS, name) ? CHECKSUMS[name] : undefined
  if (algorithm === undefined) {
    throw new XMediaError('checksum_unsupported', `\`Upload-Checksum\` must use ${CHECKSUM_ALGORITHMS.join(' or ')}.`)
  }
  try {
    return { algorithm, digest: decodeBase64(base64) }
  } catch {
    throw new XMediaError('invalid_parameter', '`Upload-Checksum` must be an algorithm, a space and a hash in base64.')
  }
}
