import type { Violation } from './media-facts.ts'

/** What an error looks like to a client: a problem document (RFC 9457), as `application/problem+json`. */
export interface Problem extends ProblemMembers {
  type: string
  title: string
  status: number
  /** What was wrong, and what to do about it. */
  detail: string
  code: XMediaErrorCode
}

/** Members that the problems of some codes have. RFC 9457 section 3.2 */
export interface ProblemMembers {
  /** `offset_mismatch`: where the upload continues. */
  'expected-offset'?: number
  /** `offset_mismatch`: what the client sent. */
  'provided-offset'?: number
  /** `sign_in_again`: the URL at which the user signs in. */
  login?: string
  /** `media_unsupported`: the rules that the file breaks. */
  violations?: readonly Violation[]
  /** Any code, when X got none of several files: the problem of each. */
  data?: readonly Problem[]
}

/**
 * Every way a request can fail: status and title by `code`, which never changes between versions. Codes that begin with
 * `x_` are about X; the others are about the client or this server. The types of iana.org are registered by
 * draft-ietf-httpbis-resumable-upload-11 section 7.
 */
export const PROBLEMS = {
  unauthorized: { status: 401, title: 'Not signed in' },
  sign_in_again: { status: 403, title: 'Sign in with X again' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  invalid_host: { status: 400, title: 'Invalid host' },
  invalid_parameter: { status: 400, title: 'Invalid parameter' },
  length_required: { status: 411, title: 'Length required' },
  invalid_length: { status: 400, title: 'Invalid length' },
  length_conflict: { status: 400, title: 'Lengths disagree' },
  body_too_short: { status: 400, title: 'Body too short' },
  body_too_long: { status: 400, title: 'Body too long' },
  body_incomplete: { status: 400, title: 'Body incomplete' },
  empty_body: { status: 400, title: 'Empty body' },
  body_corrupted: { status: 500, title: 'Body corrupted' },
  body_too_slow: { status: 408, title: 'Body too slow' },
  malformed_multipart: { status: 400, title: 'Malformed multipart body' },
  multipart_limit: { status: 400, title: 'Too much around the file' },
  file_missing: { status: 400, title: 'No file' },
  too_many_files: { status: 400, title: 'Too many files' },
  too_large: { status: 413, title: 'Too large' },
  request_too_large: { status: 413, title: 'Request too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  unsupported_encoding: { status: 415, title: 'Unsupported content encoding' },
  signature_mismatch: { status: 415, title: 'Content does not match its type' },
  content_refused: { status: 422, title: 'Content refused' },
  media_unsupported: { status: 422, title: 'Media unsupported' },
  transform_failed: { status: 422, title: 'Transform failed' },
  alt_text_missing: { status: 400, title: 'No alternative text' },
  category_mismatch: { status: 400, title: 'Category does not match the type' },
  origin_not_allowed: { status: 403, title: 'Origin not allowed' },
  too_many_uploads: { status: 503, title: 'Too many uploads at once' },
  too_many_listeners: { status: 503, title: 'Too many listeners at once' },
  overloaded: { status: 503, title: 'Out of memory' },
  shutting_down: { status: 503, title: 'Shutting down' },
  quota_exceeded: { status: 429, title: 'Quota used up' },
  upload_locked: { status: 423, title: 'Upload locked' },
  upload_failed: { status: 422, title: 'Upload failed' },
  upload_completed: {
    status: 400,
    title: 'Upload completed',
    type: 'https://iana.org/assignments/http-problem-types#completed-upload',
  },
  length_inconsistent: {
    status: 400,
    title: 'Upload length changed',
    type: 'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
  },
  offset_mismatch: {
    status: 409,
    title: 'Wrong offset',
    type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
  },
  piece_too_small: { status: 400, title: 'Chunk too small' },
  checksum_mismatch: { status: 460, title: 'Checksum mismatch' },
  checksum_unsupported: { status: 400, title: 'Unsupported checksum' },
  unsupported_version: { status: 412, title: 'Unsupported version' },
  unsupported_extension: { status: 400, title: 'Unsupported extension' },
  source_unavailable: { status: 502, title: 'Source unavailable' },
  source_changed: { status: 409, title: 'Source changed' },
  client_closed: { status: 499, title: 'Connection closed' },
  deadline_exceeded: { status: 504, title: 'Took too long' },
  misconfigured: { status: 500, title: 'Server misconfigured' },
  store_unavailable: { status: 503, title: 'Store unavailable' },
  token_unavailable: { status: 503, title: 'No X token' },
  x_unauthorized: { status: 502, title: 'X refused the server’s token' },
  x_forbidden: { status: 502, title: 'X forbids this' },
  x_forbidden_scope: { status: 502, title: 'X token lacks a scope' },
  x_payment_required: { status: 502, title: 'X asks for payment' },
  x_rate_limited: { status: 503, title: 'X’s rate limit reached' },
  x_rejected_media: { status: 502, title: 'X rejected the media' },
  x_segment_too_large: { status: 502, title: 'X refused a segment’s size' },
  x_unavailable: { status: 502, title: 'X unavailable' },
} as const

/** The `code` of a problem and of an `XMediaError`: it never changes between versions. */
export type XMediaErrorCode = keyof typeof PROBLEMS
