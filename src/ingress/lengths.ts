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
  const said = [
    readLength('Content-Length', declared.contentLength),
    readLength('Upload-Length', declared.uploadLength),
    readLength('total_bytes', declared.totalBytes),
  ].filter((length) => length !== undefined)
  if (new Set(said).size > 1) {
    throw new XMediaError('length_conflict', 'Content-Length, Upload-Length and total_bytes must say the same length.')
  }
  return said[0]
}
