import { PROBLEMS, type XMediaErrorCode } from '../problem.ts'
import { type JsonObject, responseHeader, schemaReference } from './openapi-objects.ts'

type ErrorCodes = readonly XMediaErrorCode[]

/** The request is refused before the caller has to sign in. */
export const OPEN_ACCESS_ERRORS: ErrorCodes = ['origin_not_allowed', 'invalid_host', 'misconfigured']
/** The caller may not upload, or the server cannot tell. */
export const ACCESS_ERRORS: ErrorCodes = ['unauthorized', ...OPEN_ACCESS_ERRORS]
/** The file is refused for its size, its type or its content. */
export const FILE_ERRORS: ErrorCodes = [
  'invalid_parameter',
  'length_required',
  'invalid_length',
  'length_conflict',
  'empty_body',
  'too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'signature_mismatch',
  'content_refused',
  'media_unsupported',
  'alt_text_missing',
  'category_mismatch',
  'quota_exceeded',
]
/** The body does not arrive as announced, or there is no room for it. */
export const BODY_ERRORS: ErrorCodes = [
  'body_too_short',
  'body_too_long',
  'body_incomplete',
  'body_corrupted',
  'body_too_slow',
  'request_too_large',
  'client_closed',
  'too_many_uploads',
  'overloaded',
  'shutting_down',
]
export const MULTIPART_ERRORS: ErrorCodes = ['malformed_multipart', 'multipart_limit', 'file_missing', 'too_many_files']
/** A call to X fails, or cannot be made. */
export const X_CALL_ERRORS: ErrorCodes = [
  'sign_in_again',
  'token_unavailable',
  'store_unavailable',
  'x_unauthorized',
  'x_forbidden',
  'x_forbidden_scope',
  'x_payment_required',
  'x_rate_limited',
  'x_rejected_media',
  'x_unavailable',
]
/** The file does not get to X. */
export const RELAY_ERRORS: ErrorCodes = [...X_CALL_ERRORS, 'deadline_exceeded', 'x_segment_too_large']
/** The bytes of a resumable upload are refused. */
export const CHUNK_ERRORS: ErrorCodes = [
  'length_inconsistent',
  'piece_too_small',
  'checksum_mismatch',
  'checksum_unsupported',
]
/** Any request about a resumable upload is refused. */
export const RESUMABLE_ERRORS: ErrorCodes = [...ACCESS_ERRORS, 'unsupported_version', 'store_unavailable']
/** A request about an existing resumable upload is refused. */
export const EXISTING_UPLOAD_ERRORS: ErrorCodes = [...RESUMABLE_ERRORS, 'not_found', 'upload_locked']

const RETRY_AFTER = {
  'Retry-After': responseHeader('Seconds to wait: after that, the same request may succeed.', { type: 'integer' }),
}
const REQUEST_ID = { 'X-Request-Id': responseHeader('The id of the request.') }
const HEADERS_BY_STATUS: Readonly<Record<number, JsonObject>> = {
  405: { Allow: responseHeader('The methods that the path has, separated by commas.') },
  409: {
    'Upload-Offset': responseHeader('The offset in bytes at which the upload continues.', { type: 'integer' }),
    'Upload-Complete': responseHeader('For the IETF draft: `?0`.'),
  },
  412: { 'Tus-Version': responseHeader('The version of tus that the server speaks.') },
  413: { 'Upload-Limit': responseHeader('For resumable uploads: the limits of the upload, and of a chunk.') },
  423: RETRY_AFTER,
  429: RETRY_AFTER,
  503: RETRY_AFTER,
}

/**
 * The responses for these error codes: one per status, which lists the codes that have it.
 *
 * @param headers Headers that any of them may have.
 */
export function problemResponses(codes: ErrorCodes, headers?: JsonObject): Record<string, JsonObject> {
  const responses: Record<string, JsonObject> = {}
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const codesOfStatus = [...new Set(codes)].filter((code) => PROBLEMS[code].status === status)
    responses[status] = {
      description: codesOfStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
      headers: { ...REQUEST_ID, ...HEADERS_BY_STATUS[status], ...headers },
      content: {
        'application/problem+json': {
          schema: { allOf: [schemaReference('Problem'), { properties: { code: { enum: codesOfStatus } } }] },
        },
      },
    }
  }
  return responses
}
