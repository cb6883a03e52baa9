import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import { isRecord } from '../lib/is-record.ts'
import type { XProblem } from '../x/schemas.ts'
import type { XResponse } from '../x/transport.ts'
import { invalidRequest, NOT_FOUND, plainProblem, type XProblemItem } from '../x/x-problems.ts'
import { InvalidRequest } from './invalid-request.ts'

/** A response before X's rate-limit headers are added. */
export interface CompatResponse {
  status: number
  /** Sent as JSON; left out for an empty body. */
  body?: unknown
}

const RATE_LIMIT_HEADER = /^x-(?:rate-limit|(?:user|app)-limit-24hour)-(?:limit|remaining|reset)$/

/** A response as X would send it. Passes on the rate-limit headers of X's latest answer. */
export function compatResponse(
  { status, body }: CompatResponse,
  lastResponse?: XResponse,
  retryAfterSecs?: number,
): Response {
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (body !== undefined) headers.set('content-type', status < 400 ? 'application/json' : 'application/problem+json')
  for (const [name, value] of lastResponse?.headers ?? []) if (RATE_LIMIT_HEADER.test(name)) headers.set(name, value)
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
  if (title === undefined) return invalidRequestResponse([{ message: messageOf(error) }])
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

const STATUSES: Partial<Record<XMediaErrorCode, number>> = {
  unauthorized: 401,
  origin_not_allowed: 403,
  sign_in_again: 403,
  too_large: 413,
  quota_exceeded: 429,
  method_not_allowed: 405,
  misconfigured: 500,
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

function messageOf({ code, message }: XMediaError): string {
  return code === 'not_found' || code === 'x_rejected_media' ? NOT_FOUND : message
}

/** X's edge sends these without a body. */
const EMPTY_STATUSES: readonly number[] = [413, 431]

/** X's problem, reduced to known members. X's bodies are sometimes incomplete: the status fills in what is missing. */
function problemFromX({ status, json }: XResponse): XProblem | undefined {
  const known = pickKnownMembers(json)
  if (Object.keys(known).length === 0 && EMPTY_STATUSES.includes(status)) return undefined
  return { ...plainProblem(status, TITLES[status] ?? 'Error'), ...known, ...readErrors(json) }
}

/** The members of problems in X's OpenAPI, and of errors in its first generation. */
const KNOWN_MEMBERS = [
  ...['title', 'detail', 'type', 'status', 'message', 'code'],
  ...['parameter', 'value', 'section', 'field', 'resource_id', 'resource_type'],
]

function pickKnownMembers(json: unknown): Record<string, unknown> {
  if (!isRecord(json)) return {}
  const names = KNOWN_MEMBERS.filter((name) => typeof json[name] === 'string' || typeof json[name] === 'number')
  return Object.fromEntries(names.map((name) => [name, json[name]]))
}

/** X sometimes sends `errors` as strings, which breaks its own SDKs: they become objects. */
function readErrors(json: unknown): Pick<XProblem, 'errors'> {
  if (!isRecord(json) || !Array.isArray(json['errors'])) return {}
  return {
    errors: json['errors'].map((error: unknown) => {
      if (!isRecord(error)) return { message: String(error) }
      return { ...pickKnownMembers(error), ...readParameters(error['parameters']) }
    }),
  }
}

/** The rejected values of each parameter, as strings. */
function readParameters(parameters: unknown): { parameters?: Record<string, string[]> } {
  if (!isRecord(parameters)) return {}
  const entries = Object.entries(parameters).filter(([, values]) => Array.isArray(values))
  return { parameters: Object.fromEntries(entries.map(([name, values]) => [name, [values].flat().map(String)])) }
}
