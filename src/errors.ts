import { PROBLEMS, type Problem, type ProblemMembers, type XMediaErrorCode } from './problem.ts'

export type { XMediaErrorCode }

/** What an `XMediaError` may carry beside its code and detail. */
export interface XMediaErrorOptions {
  /** The error underneath. Never a request, so never a token. */
  cause?: unknown
  /** Seconds after which the same request may succeed; sent as `Retry-After`. */
  retryAfterSecs?: number
  /** Further members of the problem document. */
  members?: ProblemMembers
  /** The methods that the path has; sent as `Allow`. RFC 9110 section 15.5.6 */
  allow?: readonly string[]
  /** What the operator must know of it, in place of the detail. No client gets it. */
  note?: string
}

/**
 * What this package throws when a request fails. Mistakes in the app's own options are `TypeError`s instead.
 *
 * Like Hono's `HTTPException` it knows its response, so an app that lets it through answers with the right problem.
 */
export class XMediaError extends Error {
  override readonly name = 'XMediaError'
  readonly code: XMediaErrorCode
  /** The HTTP status. */
  readonly status: number
  readonly retryAfterSecs: number | undefined
  readonly members: ProblemMembers | undefined
  readonly allow: readonly string[] | undefined
  readonly note: string | undefined

  constructor(code: XMediaErrorCode, detail: string, options: XMediaErrorOptions = {}) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = PROBLEMS[code].status
    this.retryAfterSecs = options.retryAfterSecs
    this.members = options.members
    this.allow = options.allow
    this.note = options.note
  }

  /** The error as a problem document. */
  get problem(): Problem {
    const { code, message: detail, members } = this
    return { type: `urn:hono-x-media:${code}`, ...PROBLEMS[code], detail, code, ...members }
  }

  /** The error as a response: a problem document, with `Retry-After` where a retry may succeed, and `Allow` with 405. */
  getResponse(): Response {
    const headers = new Headers({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    if (this.retryAfterSecs !== undefined) headers.set('retry-after', String(this.retryAfterSecs))
    if (this.allow) headers.set('allow', this.allow.join(', '))
    return new Response(JSON.stringify(this.problem), { status: this.status, headers })
  }
}

/** One answer for an unknown id, someone else's id and a wrong ticket: a client must not tell them apart. */
export function notFound(): XMediaError {
  return new XMediaError('not_found', 'No such upload or media, or it belongs to someone else.')
}

/** No URL can be made of the request's `Host`, or of what a proxy forwards as such. */
export function invalidHost(): XMediaError {
  return new XMediaError(
    'invalid_host',
    'The host of this request is not valid. Send the name of the server as `Host`.',
  )
}

/** The path is right, the method is not. @param allow The methods that the path has. */
export function methodNotAllowed(method: string, allow: readonly string[]): XMediaError {
  return new XMediaError('method_not_allowed', `${method} is not allowed here. Use ${allow.join(', ')}.`, { allow })
}
