import { XMediaError } from '../errors.ts'

/** What a request says about its length, in the words it said it with. */
export interface DeclaredLengths {
  /** `Content-Length`: the length of the body as sent. RFC 9110 section 8.6 */
  contentLength?: string | undefined
  /** `Upload-Length`: the length of the file. https://tus.io/protocols/resumable-upload */
  uploadLength?: string | undefined
  /** The `total_bytes` parameter: the length of the file. */
  totalBytes?: string | undefined
}

export function declaredLengths(headers: Headers, totalBytes: string | undefined): DeclaredLengths {
  return {
    contentLength: headers.get('content-length') ?? undefined,
    uploadLength: headers.get('upload-length') ?? undefined,
    totalBytes,
  }
}

/** Reads a length as decimal digits and nothing else; undefined when it was not said. */
export function readLength(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) {
    throw new XMediaError('invalid_length', `${name} must be a whole number of bytes in decimal digits.`)
  }
  return value
}

/** The length of a raw body's file: every way of saying it must agree; undefined when nothing was said. */
export function rawLength(declared: DeclaredLengths): number | undefined {
  return agreed([readLength('Content-Length', declared.contentLength), ...fileLengths(declared)])
}

/** The length of a file in a multipart body. */
export interface FileLength {
  /** Undefined when nothing was said. */
  totalBytes: number | undefined
  /** Set when `totalBytes` is inferred: it is this when the body ends without a line end, as Deno's and old Node's do. */
  atMostBytes?: number
}

/** `--` behind the delimiter that closes a multipart body. */
const CLOSING_BYTES = 2

/** CRLF behind that, as browsers and curl send it. */
const LAST_LINE_END_BYTES = 2

/**
 * The length of the file in a multipart body: as it was declared; or, from `Content-Length`, what is left when the file
 * is the last part and `aroundBytes` are the bytes in front of it and its delimiter.
 */
export function fileLength(declared: DeclaredLengths, aroundBytes: number): FileLength {
  const contentLength = readLength('Content-Length', declared.contentLength)
  const said = agreed(fileLengths(declared))
  if (contentLength === undefined) return { totalBytes: said }
  const most = contentLength - aroundBytes - CLOSING_BYTES
  if (most < 0) throw new XMediaError('body_incomplete', 'This Content-Length has no room for the last boundary.')
  if (said === undefined) return { totalBytes: Math.max(0, most - LAST_LINE_END_BYTES), atMostBytes: most }
  if (said > most) {
    throw new XMediaError('length_conflict', `A file of ${said} bytes does not fit into a body of this Content-Length.`)
  }
  return { totalBytes: said }
}

function fileLengths(declared: DeclaredLengths): (number | undefined)[] {
  return [readLength('Upload-Length', declared.uploadLength), readLength('total_bytes', declared.totalBytes)]
}

function agreed(lengths: (number | undefined)[]): number | undefined {
  const said = lengths.filter((length) => length !== undefined)
  if (new Set(said).size > 1) {
    throw new XMediaError('length_conflict', 'Content-Length, Upload-Length and total_bytes must say the same length.')
  }
  return said[0]
}
