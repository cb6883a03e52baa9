import { sentencesFor, type UploadErrorCode } from './sentences.ts'

/** What an `XMediaUploadError` may carry beside its code. */
export interface UploadErrorOptions {
  /** The error underneath. */
  cause?: unknown
  /** The server's or X's own words. */
  detail?: string | undefined
  /** The HTTP status. */
  status?: number | undefined
  retryAfterSecs?: number | undefined
}

/** What an upload rejects with. Its `message` is for people, in English; translate by `code`. */
export class XMediaUploadError extends Error {
  override readonly name = 'XMediaUploadError'
  readonly code: UploadErrorCode
  /** The server's or X's own words, for developers. */
  readonly detail: string | undefined
  /** The HTTP status, if the server answered. */
  readonly status: number | undefined
  /** Seconds after which the same upload may succeed, if the server says so. */
  readonly retryAfterSecs: number | undefined

  constructor(code: UploadErrorCode, { cause, detail, status, retryAfterSecs }: UploadErrorOptions = {}) {
    super(sentencesFor(code, detail, retryAfterSecs), { cause })
    this.code = code
    this.detail = detail
    this.status = status
    this.retryAfterSecs = retryAfterSecs
  }
}

/** Failures that pass by themselves. */
const PASSING: readonly UploadErrorCode[] = [
  ...(['connection_lost', 'upload_locked', 'offset_mismatch', 'too_many_uploads', 'too_many_listeners'] as const),
  ...(['overloaded', 'shutting_down', 'store_unavailable', 'x_rate_limited', 'x_unavailable'] as const),
  ...(['body_too_slow', 'client_closed', 'deadline_exceeded'] as const),
]

/**
 * Whether a request was refused for its size, not for that of the file. A proxy says no more than the status; the server
 * says in a detail what is too large.
 */
export function isRequestTooLarge(error: unknown): boolean {
  if (!(error instanceof XMediaUploadError)) return false
  return error.code === 'request_too_large' || (error.code === 'too_large' && error.detail === undefined)
}

/** Statuses of proxies and crashed servers that are worth another attempt, below 500. */
const PASSING_STATUSES: readonly number[] = [408, 425, 429]

/** Whether the same request may succeed later. */
export function isPassing(error: unknown): error is XMediaUploadError {
  if (!(error instanceof XMediaUploadError)) return false
  const { code, status = 0 } = error
  if (code === 'unexpected_response') return status >= 500 || PASSING_STATUSES.includes(status)
  return PASSING.includes(code)
}
