/** X's responses. The texts of its errors are word for word as seen on the live service. */

import { invalidRequest, NOT_FOUND, PROBLEM_TYPES, plainProblem, type XProblemItem } from '../x/x-problems.ts'

/** Until the next billing cycle, which begins in ten days. */
const SPEND_CAP_RESET_MS = 10 * 24 * 60 * 60 * 1000

/** Thrown to refuse a call; the caller gets `response`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly response: Response

  constructor(response: Response) {
    super(`X answers ${response.status}`)
    this.response = response
  }
}

export function jsonResponse(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  })
}

export function htmlResponse(title: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(`<!DOCTYPE html><html><title>${title}</title><body><h1>${title}</h1></body></html>`, {
    status,
    headers: { 'content-type': 'text/html', ...headers },
  })
}

function problemResponse(status: number, body: object, headers: Record<string, string> = {}): Response {
  return jsonResponse(body, status, { 'content-type': 'application/problem+json', ...headers })
}

/** A problem that says no more than its title: `Forbidden`, `Unauthorized`, `Too Many Requests`… */
export function plainProblemResponse(status: number, title: string, headers: Record<string, string> = {}): Response {
  return problemResponse(status, plainProblem(status, title), headers)
}

/** 400 with one item in X's validation envelope. */
export function badRequest(message: string, parameters?: Record<string, string[]>): ApiError {
  return validationError([parameters === undefined ? { message } : { parameters, message }])
}

/** 400 with X's validation envelope. */
export function validationError(items: XProblemItem[]): ApiError {
  return new ApiError(problemResponse(400, invalidRequest(items)))
}

/** 400 for an id that is unknown, another user's or expired, or that has no status because it is an image. */
export function mediaNotFound(): ApiError {
  return badRequest(NOT_FOUND)
}

/** What a lookup, whose status is 200, says of a resource that is not there. */
export function resourceNotFound(resource: 'media' | 'tweet', parameter: string, value: string): object {
  return {
    value,
    detail: `Could not find ${resource} with ${parameter}: [${value}].`,
    title: 'Not Found Error',
    resource_type: resource,
    parameter,
    resource_id: value,
    type: `${PROBLEM_TYPES}resource-not-found`,
  }
}

/** X asks for a "media field in JSON" in multipart bodies too. */
export function missingMedia(): ApiError {
  return badRequest('Missing media field in JSON', { media: [] })
}

export function unauthorized(): ApiError {
  return new ApiError(plainProblemResponse(401, 'Unauthorized'))
}

/** The token lacks a scope. */
export function forbidden(): ApiError {
  return new ApiError(plainProblemResponse(403, 'Forbidden'))
}

/** The user's last post has the same text. */
export function duplicatePost(): ApiError {
  const detail = 'You are not allowed to create a Tweet with duplicate content.'
  return new ApiError(problemResponse(403, { detail, type: 'about:blank', title: 'Forbidden', status: 403 }))
}

/** The token is the app's own, not a user's. X's text has two spaces in the middle. */
export function unsupportedAuthentication(): ApiError {
  return new ApiError(
    problemResponse(403, {
      title: 'Unsupported Authentication',
      detail:
        'Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].',
      type: `${PROBLEM_TYPES}unsupported-authentication`,
      status: 403,
    }),
  )
}

/** The developer account behind the app. X's billing errors name it. */
const ACCOUNT_ID = 1_789_012_345

/** The account has no credits left. */
export function creditsDepleted(): Response {
  return problemResponse(402, {
    account_id: ACCOUNT_ID,
    title: 'CreditsDepleted',
    detail: `Your enrolled account [${ACCOUNT_ID}] does not have any credits to fulfill this request.`,
    type: `${PROBLEM_TYPES}credits`,
  })
}

/** The account has reached the spend cap that its owner set. @param now Milliseconds since the epoch. */
export function spendCapReached(status: number, now: number): Response {
  const resetDate = new Date(now + SPEND_CAP_RESET_MS).toISOString().slice(0, 10)
  return problemResponse(status, {
    account_id: ACCOUNT_ID,
    title: 'SpendCapReached',
    detail:
      `Your enrolled account [${ACCOUNT_ID}] has reached its billing cycle spend cap. ` +
      `API requests will be blocked until the next cycle begins on ${resetDate}.`,
    reset_date: resetDate,
    type: `${PROBLEM_TYPES}credits`,
  })
}

/** An error of the OAuth endpoints. RFC 6749 section 5.2 */
export function oauthError(status: number, error: string, description: string): ApiError {
  return new ApiError(jsonResponse({ error, error_description: description }, status))
}

/** 413 without a body: X's edge refuses large bodies before the API sees them. */
export function tooLarge(): ApiError {
  return new ApiError(new Response(null, { status: 413 }))
}
