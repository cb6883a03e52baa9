import { PROBLEMS, type XMediaErrorCode } from '../problem.ts'
import type { Json } from './body-schemas.ts'

type Codes = readonly XMediaErrorCode[]

/** The codes that routes have in common. */
export const WHO: Codes = ['unauthorized', 'origin_not_allowed', 'misconfigured']
export const FILE: Codes = [
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
  'category_mismatch',
  'quota_exceeded',
]
export const BODY: Codes = [
  'body_too_short',
  'body_too_long',
  'body_incomplete',
  'body_too_slow',
  'client_closed',
  'too_many_uploads',
  'overloaded',
]
export const FORM: Codes = ['malformed_multipart', 'multipart_limit', 'file_missing', 'too_many_files']
export const X: Codes = [
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
export const SENDING: Codes = [...X, 'deadline_exceeded', 'x_segment_too_large']
/** Refusals of a resumable upload and of its chunks, whatever X says. */
export const CHUNK: Codes = ['length_inconsistent', 'piece_too_small', 'checksum_mismatch', 'checksum_unsupported']
export const RESUMABLE: Codes = [...WHO, 'unsupported_version', 'store_unavailable']
export const TAKEN: Codes = [...RESUMABLE, 'not_found', 'upload_locked']

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which the same may succeed.', schema: { type: 'integer' } },
}
const HEADERS: Readonly<Record<number, Json>> = {
  409: { 'Upload-Offset': { description: 'Where the upload goes on.', schema: { type: 'integer' } } },
  412: { 'Tus-Version': { description: 'The version of tus.', schema: { type: 'string' } } },
  423: RETRY_AFTER,
  429: RETRY_AFTER,
  503: RETRY_AFTER,
}

/** Problems are one response a status. */
export function problems(codes: Codes): Record<string, Json> {
  const responses: Record<string, Json> = {}
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const same = [...new Set(codes)].filter((code) => PROBLEMS[code].status === status)
    responses[status] = {
      description: same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
      ...(HEADERS[status] ? { headers: HEADERS[status] } : {}),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: same } } }],
          },
        },
      },
    }
  }
  return responses
}
