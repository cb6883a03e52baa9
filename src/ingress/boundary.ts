import { XMediaError } from '../errors.ts'
import { parseParameterized } from './parameterized-header.ts'

/** Characters a boundary may consist of, 70 at most, none of them a space at the end. RFC 2046 section 5.1.1 */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=?\- ]{0,69}[0-9A-Za-z'()+_,./:=?-]$/

/** The boundary that the `Content-Type` of a multipart body names. */
export function readBoundary(contentType: string): string {
  const boundary = parseParameterized(contentType)?.parameters.get('boundary')
  if (boundary === undefined || !BOUNDARY.test(boundary)) {
    throw new XMediaError(
      'malformed_multipart',
      'The Content-Type of a multipart body must name a boundary of 1 to 70 letters, digits and the like.',
    )
  }
  return boundary
}
