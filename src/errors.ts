/**
 * Every way a request can fail, as a stable `code` and the HTTP status it is answered with.
 * Codes that start with `x_` tell of X's side; the others of the client's, or of this server's.
 */
export const ERROR_STATUS = {
  unauthorized: 401,
  not_found: 404,
  invalid_parameter: 400,
  length_required: 411,
  invalid_length: 400,
  length_conflict: 400,
  body_too_short: 400,
  body_too_long: 400,
  body_incomplete: 400,
  empty_body: 400,
  body_too_slow: 408,
  malformed_multipart: 400,
  multipart_limit: 400,
  file_missing: 400,
  too_many_files: 400,
  too_large: 413,
  unsupported_media_type: 415,
  unsupported_encoding: 415,
  signature_mismatch: 415,
  content_refused: 422,
  category_mismatch: 400,
  origin_not_allowed: 403,
  too_many_uploads: 503,
  too_many_listeners: 503,
  overloaded: 503,
  quota_exceeded: 429,
  upload_locked: 423,
  upload_failed: 422,
  upload_completed: 400,
  length_inconsistent: 400,
  offset_mismatch: 409,
  piece_too_small: 400,
  checksum_mismatch: 460,
  checksum_unsupported: 400,
  unsupported_version: 412,
  unsupported_extension: 400,
  client_closed: 499,
  deadline_exceeded: 504,
  store_unavailable: 503,
  token_unavailable: 500,
  x_unauthorized: 502,
  x_forbidden: 502,
  x_forbidden_scope: 502,
  x_payment_required: 502,
  x_rate_limited: 503,
  x_rejected_media: 502,
  x_segment_too_large: 502,
  x_unavailable: 502,
} as const

/** The `code` of a problem, and of an `XMediaError`: it does not change between versions. */
export type XMediaErrorCode = keyof typeof ERROR_STATUS

export interface XMediaErrorOptions {
  /** What went wrong underneath. Never carries a request, so never a token. */
  cause?: unknown
  /** Seconds after which the same request may succeed; sent as `Retry-After`. */
  retryAfterSecs?: number
  /** More members of the problem document. RFC 9457 section 3.2 */
  members?: Readonly<Record<string, number>>
}

/** What everything in this package throws for a request that fails. Caller mistakes are `TypeError` or `RangeError`. */
export class XMediaError extends Error {
  override readonly name = 'XMediaError'
  readonly code: XMediaErrorCode
  readonly status: number
  readonly retryAfterSecs: number | undefined
  readonly members: Readonly<Record<string, number>> | undefined

  constructor(code: XMediaErrorCode, detail: string, options: XMediaErrorOptions = {}) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = ERROR_STATUS[code]
    this.retryAfterSecs = options.retryAfterSecs
    this.members = options.members
  }
}
