import { XMediaError } from '../errors.ts'

/** Characters a boundary may consist of, 70 at most, none of them a space at the end. RFC 2046 section 5.1.1 */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:?\- ]{0,69}[0-9A-Za-z'()+_,./:?-]$/

/** The parameter of `multipart/form-data` (RFC 7578 section 4.1), as a token or quoted. */
const PARAMETER = /;\s*boundary\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))\s*(?:;|$)/i

/** The boundary that a `Content-Type` names. `=` is legal but confuses parsers, this one's too: it is refused. */
export function readBoundary(contentType: string): string {
  const [, quoted, token] = PARAMETER.exec(contentType) ?? []
  const boundary = quoted ?? token
  if (boundary === undefined || !BOUNDARY.test(boundary)) {
    throw new XMediaError(
      'malformed_multipart',
      'The Content-Type of a multipart body must name a boundary of 1 to 70 letters, digits and the like, without “=”.',
    )
  }
  return boundary
}
