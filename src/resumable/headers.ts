import { XMediaError } from '../errors.ts'
import { readLength } from '../ingress/lengths.ts'
import { type CheckedMedia, checkMedia } from '../ingress/media-type.ts'
import { isParameter, mergeParameters, readParameters, type UploadParameters } from '../ingress/upload-parameters.ts'
import type { Checksum } from '../session/chunk.ts'

/** The protocols for resumable uploads; both speak of the same resource. */
export type Protocol = 'tus' | 'ietf'

/** The version of tus. https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = '1.0.0'

/** What opens a resumable upload. */
export interface Creation extends CheckedMedia {
  parameters: UploadParameters
  /** `Upload-Metadata` as it was sent. */
  metadata: string | undefined
  /** Undefined when the client will tell later. */
  totalBytes: number | undefined
  /** Set when the request brings the first bytes too. */
  chunk: DeclaredChunk | undefined
}

/** What a request says of the bytes it brings. */
export interface DeclaredChunk {
  /** Where in the file they begin. */
  offset: number
  /** How many they are; undefined for a chunked body. */
  bytes: number | undefined
  /** The size of the file, where it is told now. */
  totalBytes: number | undefined
  checksum: Checksum | undefined
}

/** What a request tells before its body is read. */
export type UploadHead = Pick<Request, 'headers' | 'body'>

/** Which protocol a request speaks; throws `unsupported_version` for another tus than 1.0.0. Undefined: it does not say. */
export function protocolOf(headers: Headers): Protocol | undefined {
  const version = headers.get('tus-resumable')
  if (version !== null && version !== TUS_VERSION) {
    throw new XMediaError('unsupported_version', `This server speaks tus ${TUS_VERSION}.`)
  }
  if (version !== null) return 'tus'
  return headers.has('upload-complete') || headers.has('upload-draft-interop-version') ? 'ietf' : undefined
}

/** The same for requests that mean nothing without one. */
function requireProtocol(headers: Headers): Protocol {
  const protocol = protocolOf(headers)
  if (protocol) return protocol
  throw new XMediaError(
    'unsupported_version',
    `Send Tus-Resumable: ${TUS_VERSION}, or Upload-Complete as the IETF’s resumable uploads have it.`,
  )
}

export function readCreation(request: UploadHead, query: UploadParameters): Creation {
  const { headers } = request
  const protocol = requireProtocol(headers)
  if (headers.has('upload-concat')) {
    throw new XMediaError('unsupported_extension', 'Uploads cannot be concatenated here: send one file as one upload.')
  }
  const metadata = headers.get('upload-metadata') ?? undefined
  const { type, ...fields } = readMetadata(metadata)
  const parameters = mergeParameters(query, readParameters(fields))
  const contentType = protocol === 'ietf' ? headers.get('content-type') : null
  const media = checkMedia(parameters.media_type ?? type ?? contentType, parameters.media_category)
  const declared = protocol === 'tus' ? tusCreation(request) : ietfChunk(request, 0)
  const totalBytes = agreed(declared.totalBytes, readLength('total_bytes', parameters.total_bytes))
  return { ...media, parameters, metadata, totalBytes, chunk: declared.chunk }
}

/** What a PATCH brings. */
export function readChunk(request: UploadHead): DeclaredChunk {
  const { headers } = request
  const protocol = requireProtocol(headers)
  const offset = readLength('Upload-Offset', headers.get('upload-offset') ?? undefined)
  if (offset === undefined) throw new XMediaError('invalid_length', 'Say in Upload-Offset where the bytes begin.')
  const type = headers.get('content-type') ?? ''
  const expected = protocol === 'tus' ? TUS_TYPE : IETF_TYPE
  // The media type came with the draft's version 6, whose clients are lax with it.
  const isTyped = protocol === 'tus' || Number(headers.get('upload-draft-interop-version') ?? Infinity) > 6
  if (isTyped && type !== expected) {
    throw new XMediaError('unsupported_media_type', `Send a chunk of an upload as ${expected}.`)
  }
  if (protocol === 'ietf') return ietfChunk(request, offset).chunk
  return { ...tusChunk(request, offset), totalBytes: tusLength(headers) }
}

const TUS_TYPE = 'application/offset+octet-stream'
/** draft-ietf-httpbis-resumable-upload-11 section 6 */
const IETF_TYPE = 'application/partial-upload'

function tusCreation(request: UploadHead): { totalBytes: number | undefined; chunk: DeclaredChunk | undefined } {
  const { headers } = request
  const totalBytes = tusLength(headers)
  const deferred = headers.get('upload-defer-length')
  if (deferred !== null && (deferred !== '1' || totalBytes !== undefined)) {
    throw new XMediaError('invalid_length', 'Upload-Defer-Length must be 1, and stand alone.')
  }
  if (totalBytes === undefined && deferred === null) {
    throw new XMediaError('invalid_length', 'Say how long the upload is, in Upload-Length, or Upload-Defer-Length: 1.')
  }
  const brings = headers.get('content-type') === TUS_TYPE
  return { totalBytes, chunk: brings ? tusChunk(request, 0) : undefined }
}

function tusLength(headers: Headers): number | undefined {
  return readLength('Upload-Length', headers.get('upload-length') ?? undefined)
}

function tusChunk(request: UploadHead, offset: number): DeclaredChunk {
  return {
    offset,
    bytes: bodyBytes(request),
    totalBytes: undefined,
    checksum: readChecksum(request.headers.get('upload-checksum')),
  }
}

/** draft-ietf-httpbis-resumable-upload-11 section 4.1.3: the length of the upload follows from the request that ends it. */
function ietfChunk(request: UploadHead, offset: number): { totalBytes: number | undefined; chunk: DeclaredChunk } {
  const { headers } = request
  const complete = headers.get('upload-complete')
  if (complete !== '?0' && complete !== '?1') {
    throw new XMediaError('invalid_parameter', 'Say in Upload-Complete whether these are the last bytes: ?1, or ?0.')
  }
  const bytes = bodyBytes(request)
  const end = complete === '?1' && bytes !== undefined ? offset + bytes : undefined
  const totalBytes = agreed(end, tusLength(headers))
  return { totalBytes, chunk: { offset, bytes, totalBytes, checksum: undefined } }
}

/** Undefined for a body that does not say: chunked in HTTP/1.1, and without any header in HTTP/2. */
function bodyBytes({ headers, body }: UploadHead): number | undefined {
  return readLength('Content-Length', headers.get('content-length') ?? undefined) ?? (body === null ? 0 : undefined)
}

/** Two tellings of one upload's length. */
export function agreed(one: number | undefined, other: number | undefined): number | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw new XMediaError('length_inconsistent', `The upload has ${one} bytes by one telling and ${other} by another.`)
  }
  return one ?? other
}

const MAX_METADATA_CHARS = 8192

/** https://tus.io/protocols/resumable-upload#upload-metadata */
function readMetadata(metadata = ''): Record<string, string> {
  if (metadata.length > MAX_METADATA_CHARS) {
    throw new XMediaError('invalid_parameter', `Upload-Metadata may have ${MAX_METADATA_CHARS} characters.`)
  }
  const fields: Record<string, string> = {}
  for (const pair of metadata.split(',').filter((text) => text.trim() !== '')) {
    const [name = '', value = '', ...more] = pair.trim().split(' ')
    if (!/^[\x21-\x7e]+$/.test(name) || more.length > 0) throw malformed(pair)
    // What else the client tells is its own, and is only told to it again.
    if (isParameter(name)) fields[name] = decode(value)
    else if (name === 'filetype' || name === 'type') fields['type'] ??= decode(value)
    else decode(value)
  }
  return fields
}

function decode(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(base64))
  } catch {
    throw malformed(base64)
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

function malformed(text: string): XMediaError {
  return new XMediaError(
    'invalid_parameter',
    `Upload-Metadata must be names with values of base64, in pairs; this is none: ${JSON.stringify(text.slice(0, 40))}.`,
  )
}

const ALGORITHMS: Readonly<Record<string, Checksum['algorithm']>> = { sha1: 'SHA-1', sha256: 'SHA-256' }

/** The names that `Upload-Checksum` may have. */
export const CHECKSUM_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS)

function readChecksum(header: string | null): Checksum | undefined {
  if (header === null) return undefined
  const [name = '', base64 = ''] = header.split(' ')
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
  if (algorithm === undefined) {
    throw new XMediaError('checksum_unsupported', `Upload-Checksum may use ${CHECKSUM_ALGORITHMS.join(' or ')}.`)
  }
  try {
    return { algorithm, digest: bytesOf(base64) }
  } catch {
    throw new XMediaError('invalid_parameter', 'Upload-Checksum must be an algorithm and a hash in base64.')
  }
}
