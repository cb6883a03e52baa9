import { XMediaError, type XMediaErrorCode } from './errors.ts'

/** An answer that tells a client what went wrong. RFC 9457 */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: XMediaErrorCode
}

export const TITLES: Readonly<Record<XMediaErrorCode, string>> = {
  unauthorized: 'Not signed in',
  not_found: 'Not found',
  invalid_parameter: 'Invalid parameter',
  length_required: 'Length required',
  invalid_length: 'Invalid length',
  length_conflict: 'Lengths disagree',
  body_too_short: 'Body too short',
  body_too_long: 'Body too long',
  body_incomplete: 'Body incomplete',
  empty_body: 'Empty body',
  body_too_slow: 'Body too slow',
  malformed_multipart: 'Malformed multipart body',
  multipart_limit: 'Too much around the file',
  file_missing: 'No file',
  too_many_files: 'Too many files',
  too_large: 'Too large',
  unsupported_media_type: 'Unsupported media type',
  unsupported_encoding: 'Unsupported content encoding',
  signature_mismatch: 'Content does not fit its type',
  content_refused: 'Content refused',
  origin_not_allowed: 'Origin not allowed',
  too_many_uploads: 'Too many uploads at once',
  too_many_listeners: 'Too many listeners at once',
  overloaded: 'No memory left',
  quota_exceeded: 'Quota used up',
  category_mismatch: 'Category does not fit',
  upload_locked: 'Upload locked',
  upload_failed: 'Upload failed',
  upload_completed: 'Upload completed',
  length_inconsistent: 'Lengths of one upload disagree',
  offset_mismatch: 'Offset mismatch',
  piece_too_small: 'Chunk too small',
  checksum_mismatch: 'Checksum mismatch',
  checksum_unsupported: 'Checksum not supported',
  unsupported_version: 'Version not supported',
  unsupported_extension: 'Extension not supported',
  client_closed: 'Connection closed',
  deadline_exceeded: 'Took too long',
  store_unavailable: 'The store does not work',
  token_unavailable: 'No X token',
  x_unauthorized: 'X refused the server’s token',
  x_forbidden: 'X forbids this',
  x_forbidden_scope: 'X token lacks a scope',
  x_payment_required: 'X asks for payment',
  x_rate_limited: 'X’s rate limit is reached',
  x_rejected_media: 'X rejected the media',
  x_segment_too_large: 'X refused a segment',
  x_unavailable: 'X is unavailable',
}

/** Problems that have a type of their own. draft-ietf-httpbis-resumable-upload-11 section 7 */
const TYPES: Partial<Record<XMediaErrorCode, string>> = {
  offset_mismatch: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
  upload_completed: 'https://iana.org/assignments/http-problem-types#completed-upload',
  length_inconsistent: 'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
}

export function problemOf(error: XMediaError): Problem {
  const { code, status, message, members } = error
  return {
    type: TYPES[code] ?? `urn:hono-x-media:${code}`,
    title: TITLES[code],
    status,
    detail: message,
    code,
    ...members,
  }
}

/** The only place that writes an error a client can read. Errors of other kinds are not ours to show. */
export function problemResponse(error: XMediaError): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  if (error.retryAfterSecs !== undefined) headers.set('retry-after', String(error.retryAfterSecs))
  return new Response(JSON.stringify(problemOf(error)), { status: error.status, headers })
}

export function unauthorized(): XMediaError {
  return new XMediaError('unauthorized', 'Sign in to the app that offers this upload, and send its credentials.')
}

/** One answer for an unknown id, a foreign one and a wrong ticket: none of them may be told apart. */
export function notFound(): XMediaError {
  return new XMediaError('not_found', 'There is no such upload or media, or it is not yours.')
}
