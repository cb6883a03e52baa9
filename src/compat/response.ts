import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { KnownMembers } from '../x/known-answer.ts'
import type { XResponse } from '../x/transport.ts'
import { invalidRequest, NOT_FOUND, plainProblem, type XProblemItem } from '../x/x-problems.ts'
import { InvalidRequest } from './invalid-request.ts'

/** A response before X's rate-limit headers are added. */
export interface CompatResponse {
  status: number
  /** Sent as JSON; left out for an empty body. */
  body?: unknown
}

/** A response as X would send it. Passes on the rate-limit headers of X's latest answer. */
export function compatResponse(
  { status, body }: CompatResponse,
  lastResponse?: XResponse,
  retryAfterSecs?: number,
): Response {
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (body !== undefined) headers.set('content-type', status < 400 ? 'application/json' : 'application/problem+json')
  for (const [name, value] of lastResponse?.rateLimits.headers ?? []) headers.set(name, String(value))
  if (retryAfterSecs !== undefined) headers.set('retry-after', String(retryAfterSecs))
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
}

/** The response to a request that no route takes, in X's shape. */
export function unroutedResponse({ status, message, allow }: XMediaError): Response {
  const response = compatResponse({ status, body: { ...plainProblem(status, TITLES[status] ?? ''), detail: message } })
  if (allow) response.headers.set('allow', allow.join(', '))
  return response
}

/** The response to an error, as X would send it. Rethrows errors that clients must not see. */
export function compatErrorResponse(error: unknown, lastResponse?: XResponse, now: number = Date.now()): Response {
  if (error instanceof InvalidRequest) return invalidRequestResponse(error.problems)
  if (!(error instanceof XMediaError)) throw error
  const { code, retryAfterSecs } = error
  // X's 401 is about the server's token; it would make a client ask its user to sign in again.
  if (
    code.startsWith('x_') &&
    lastResponse !== undefined &&
    lastResponse.status >= 400 &&
    lastResponse.status <= MAX_STATUS &&
    lastResponse.status !== 401
  ) {
    return compatResponse(
      { status: lastResponse.status, body: problemFromX(lastResponse) },
      lastResponse,
      retryAfterSecs,
    )
  }
  const status = STATUSES[code] ?? (error.status >= 500 ? 503 : 400)
  const title = TITLES[status]
  if (title === undefined) return invalidRequestResponse([{ message: messageOf(error, lastResponse) }])
  const response = compatResponse({ status, body: plainProblem(status, title) }, undefined, retryAfterSecs)
  if (status === 429 && retryAfterSecs !== undefined) {
    response.headers.set('x-rate-limit-remaining', '0')
    response.headers.set('x-rate-limit-reset', String(Math.ceil(now / 1000) + retryAfterSecs))
  }
  return response
}

function invalidRequestResponse(problems: XProblemItem[]): Response {
  return compatResponse({ status: 400, body: { ...invalidRequest(problems), status: 400 } })
}

/** No response can have a larger one. https://fetch.spec.whatwg.org/#dom-response */
const MAX_STATUS = 599

const STATUSES: Partial<Record<XMediaErrorCode, number>> = {
  unauthorized: 401,
  origin_not_allowed: 403,
  sign_in_again: 403,
  too_large: 413,
  quota_exceeded: 429,
  method_not_allowed: 405,
  misconfigured: 500,
  body_corrupted: 500,
  upload_locked: 503,
  x_rate_limited: 429,
  x_rejected_media: 400,
}

/** X's titles. Statuses without one get X's 400, whose message says more. */
const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

function messageOf({ code, message }: XMediaError, lastResponse: XResponse | undefined): string {
  // X refused the STATUS of another request, whose outcome was cached.
  const isCached = code === 'x_rejected_media' && lastResponse === undefined
  return code === 'not_found' || isCached ? NOT_FOUND : message
}

/** X's edge sends these without a body. */
const EMPTY_STATUSES: readonly number[] = [413, 431]

/** X's problem. X's bodies are sometimes incomplete: the status fills in what is missing. */
function problemFromX({ status, answer }: XResponse): KnownMembers | undefined {
  const { problem = {}, errors = [] } = answer ?? {}
  if (Object.keys(problem).length === 0 && EMPTY_STATUSES.includes(status)) return undefined
  return { ...plainProblem(status, TITLES[status] ?? 'Error'), ...problem, ...(errors.length > 0 ? { errors } : {}) }
}
