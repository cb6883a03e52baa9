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

/** The length of a file in a multipart body, bytes. */
export interface FileLength {
  /** Undefined when the request declares no length at all. */
  totalBytes: number | undefined
  /**
   * Set when `totalBytes` is inferred, as the length if no line break ends the body: Deno and old versions of Node send
   * none.
   */
  maxTotalBytes?: number
}

/** `--`, after the boundary that closes a multipart body. */
const CLOSING_BYTES = 2

/** The CRLF after that, which browsers and curl send. */
const LAST_LINE_BREAK_BYTES = 2

/**
 * The length of the file in a multipart body: as declared, or inferred from `Content-Length`, assuming that the file is
 * the last part.
 *
 * @param aroundBytes Bytes of the body before the file, and of the delimiter after it.
 */
export function multipartFileLength(declared: DeclaredLengths, aroundBytes: number): FileLength {
  const contentLength = readLength('Content-Length', declared.contentLength)
  const totalBytes = requireSameLength(declaredFileLengths(declared))
  if (contentLength === undefined) return { totalBytes }
  const room = contentLength - aroundBytes - CLOSING_BYTES
  if (room < 0) {
    throw new XMediaError(
      'body_incomplete',
      `Content-Length is ${contentLength}, too small for the closing boundary. Send the length of the whole body.`,
    )
  }
  if (totalBytes === undefined) return { totalBytes: Math.max(0, room - LAST_LINE_BREAK_BYTES), maxTotalBytes: room }
  if (totalBytes > room) {
    throw new XMediaError(
      'length_conflict',
      `The file has ${formatBytes(totalBytes)}, but Content-Length leaves room for ${formatBytes(room)}. Correct one of them.`,
    )
  }
  return { totalBytes }
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
