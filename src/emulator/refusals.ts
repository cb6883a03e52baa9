/** X's error answers, word for word as they were seen on the live service. */

import { invalidRequest, NOT_FOUND, type XProblemItem, plainProblem as xPlainProblem } from '../x/x-problems.ts'

/** Thrown by anything that refuses a call; the exchange answers with its response. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly response: Response

  constructor(response: Response) {
    super(`refused with ${response.status}`)
    this.response = response
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  })
}

function problem(status: number, body: object, headers: Record<string, string> = {}): Response {
  return json(body, status, { 'content-type': 'application/problem+json', ...headers })
}

/** What X answers where it says nothing particular: `Forbidden`, `Unauthorized`, `Too Many Requests`… */
export function plainProblem(status: number, title: string, headers: Record<string, string> = {}): Response {
  return problem(status, xPlainProblem(status, title), headers)
}

/** 400 with X's validation envelope. */
export function invalid(message: string, parameters?: Record<string, string[]>): Refusal {
  return invalidAll([parameters === undefined ? { message } : { parameters, message }])
}

export function invalidAll(errors: XProblemItem[]): Refusal {
  return new Refusal(problem(400, invalidRequest(errors)))
}

/** An id that does not exist, is another user's, has expired, or has no status to show (an image). */
export function notFound(): Refusal {
  return invalid(NOT_FOUND)
}

export function unauthorized(): Refusal {
  return new Refusal(plainProblem(401, 'Unauthorized'))
}

/** The token lacks a scope. */
export function forbidden(): Refusal {
  return new Refusal(plainProblem(403, 'Forbidden'))
}

/** The token is the app's own, not a user's. The two spaces are X's. */
export function appOnly(): Refusal {
  return new Refusal(
    problem(403, {
      title: 'Unsupported Authentication',
      detail:
        'Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].',
      type: 'https://api.twitter.com/2/problems/unsupported-authentication',
      status: 403,
    }),
  )
}

/** X's edge refuses large bodies before the API sees them: no body, no JSON. */
export function tooLarge(status = 413): Refusal {
  return new Refusal(new Response(null, { status }))
}
