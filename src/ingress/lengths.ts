import { XMediaError } from '../errors.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { quote } from '../lib/quote.ts'

/** The lengths that a request declares, as it wrote them. */
export interface DeclaredLengths {
  /** `Content-Length`: the length of the body. RFC 9110 section 8.6 */
  contentLength?: string | undefined
  /** `Upload-Length`: the length of the file. https://tus.io/protocols/resumable-upload */
  uploadLength?: string | undefined
  /** The parameter `total_bytes`: the length of the file. */
  totalBytes?: string | undefined
}

export function declaredLengths(headers: Headers, totalBytes: string | undefined): DeclaredLengths {
  return {
    contentLength: headers.get('content-length') ?? undefined,
    uploadLength: headers.get('upload-length') ?? undefined,
    totalBytes,
  }
}

/** Reads a length in decimal digits; undefined when there is none. Throws `invalid_length` for anything else. */
export function readLength(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) {
    throw new XMediaError('invalid_length', `${name} is ${quote(text)}. Send a whole number of bytes, in digits only.`)
  }
  return value
}

/** The length of the file in a raw body; undefined when the request declares none. */
export function rawFileLength(declared: DeclaredLengths): number | undefined {
  const contentLength = readLength('Content-Length', declared.contentLength)
  return requireSameLength([['Content-Length', contentLength], ...declaredFileLengths(declared)])
}

/** The length of the file in a form, bytes. */
export interface FormFileLength {
  /** As declared, or inferred from `Content-Length`. Undefined without either. */
  totalBytes: number | undefined
  /** Whether `totalBytes` is inferred: a guess at how the form ends. */
  isInferred: boolean
  /** The most bytes that the file can have. Undefined as `totalBytes` is. */
  maxTotalBytes: number | undefined
}

/** `--`, after the boundary that closes a form. */
const CLOSING_BYTES = 2

/**
 * The length of the file in a form: as declared, or inferred from `Content-Length` as if the file were the last part.
 *
 * @param aroundBytes Bytes of the body before the file, and of the delimiter after it.
 * @param endingBytes Bytes that the client probably writes after the closing boundary.
 */
export function formFileLength(declared: DeclaredLengths, aroundBytes: number, endingBytes: number): FormFileLength {
  const contentLength = readLength('Content-Length', declared.contentLength)
  const totalBytes = requireSameLength(declaredFileLengths(declared))
  if (contentLength === undefined) return { totalBytes, isInferred: false, maxTotalBytes: totalBytes }
  const room = contentLength - aroundBytes - CLOSING_BYTES
  if (room < 0) {
    throw new XMediaError(
      'body_incomplete',
      `Content-Length is ${contentLength}, too small for the closing boundary. Send the length of the whole body.`,
    )
  }
  if (totalBytes === undefined) {
    return { totalBytes: Math.max(1, room - endingBytes), isInferred: true, maxTotalBytes: room }
  }
  if (totalBytes > room) {
    throw new XMediaError(
      'length_conflict',
      `The file has ${formatBytes(totalBytes)}, but Content-Length leaves room for ${formatBytes(room)}. Correct one of them.`,
    )
  }
  return { totalBytes, isInferred: false, maxTotalBytes: totalBytes }
}

/** Throws unless the file has the length that the client declared, if it declared one. */
export function checkFileLength(declared: DeclaredLengths, fileBytes: number): void {
  const totalBytes = requireSameLength(declaredFileLengths(declared))
  if (totalBytes === undefined || totalBytes === fileBytes) return
  throw fileBytes > totalBytes ? bodyTooLong(totalBytes) : bodyTooShort(fileBytes, totalBytes)
}

export function bodyTooLong(totalBytes: number): XMediaError {
  return new XMediaError('body_too_long', `The file has more than the ${formatBytes(totalBytes)} declared.`)
}

export function bodyTooShort(fileBytes: number, totalBytes: number): XMediaError {
  return new XMediaError(
    'body_too_short',
    `The file ended after ${formatBytes(fileBytes)}, but ${formatBytes(totalBytes)} were declared.`,
  )
}

type NamedLength = readonly [name: string, bytes: number | undefined]

function declaredFileLengths(declared: DeclaredLengths): NamedLength[] {
  return [
    ['Upload-Length', readLength('Upload-Length', declared.uploadLength)],
    ['total_bytes', readLength('total_bytes', declared.totalBytes)],
  ]
}

function requireSameLength(lengths: readonly NamedLength[]): number | undefined {
  const given = lengths.filter(([, bytes]) => bytes !== undefined)
  if (new Set(given.map(([, bytes]) => bytes)).size > 1) {
    const list = given.map(([name, bytes]) => `${name} is ${bytes}`).join(', ')
    throw new XMediaError('length_conflict', `The lengths differ: ${list}. Send the same one, or only one.`)
  }
  return given[0]?.[1]
}
