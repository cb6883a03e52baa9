/** The response of an `error` fault, in the shapes and with the rate limit headers that X is known to send. */

import { creditsDepleted, htmlResponse, jsonResponse, plainProblemResponse, spendCapReached } from './api-responses.ts'
import { ERROR_BODIES, type ErrorBody, type FaultEffect, type Limit } from './fault-plan.ts'

/** X's text for each status. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Invalid Request',
  401: 'Unauthorized',
  402: 'CreditsDepleted',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** @param now Milliseconds since the epoch. */
export function errorResponse(effect: FaultEffect, now: number, path: string): Response {
  const wantedBody = ERROR_BODIES.find((name) => name === effect.body)
  const status = effect.status ?? (wantedBody === 'spend_cap' ? 403 : 503)
  const headers = status === 429 ? rateLimitHeaders(effect.limit ?? 'rate', effect.waitSecs ?? 1, now) : {}
  const body = wantedBody ?? (status === 413 || status === 431 ? 'empty' : 'problem')
  if (body === 'spend_cap') return spendCapReached(status, now)
  if (body === 'problem' && status === 402) return creditsDepleted()
  return errorWithBody(body, status, headers, path)
}

function errorWithBody(
  body: Exclude<ErrorBody, 'spend_cap'>,
  status: number,
  headers: Record<string, string>,
  path: string,
): Response {
  const title = TITLES[status] ?? 'Error'
  switch (body) {
    case 'problem':
      return plainProblemResponse(status, title, headers)
    case 'errors':
      return jsonResponse({ errors: [{ code: status === 429 ? 88 : 130, message: title }] }, status, headers)
    case 'strings':
      return jsonResponse({ errors: [title.toLowerCase()] }, status, headers)
    case 'error':
      return jsonResponse({ error: title }, status, headers)
    case 'request_error':
      return jsonResponse({ request: path, error: title }, status, headers)
    case 'text':
      return new Response(title, { status, headers: { 'content-type': 'text/plain', ...headers } })
    case 'html':
      return htmlResponse(title, status, headers)
    case 'empty':
      return new Response(null, { status, headers })
  }
}

function rateLimitHeaders(limit: Limit, waitSecs: number, now: number): Record<string, string> {
  const reset = Math.ceil(now / 1000 + waitSecs)
  // When a 24-hour limit is used up, X still sends the 15-minute one, with a reset that a client must not wait for.
  const openRateLimit = counterHeaders('x-rate-limit', 1875, 1874, Math.ceil(now / 1000 + 900))
  switch (limit) {
    case 'rate':
      return counterHeaders('x-rate-limit', 1875, 0, reset)
    case 'user_24h':
      return { ...openRateLimit, ...counterHeaders('x-user-limit-24hour', 500, 0, reset) }
    case 'app_24h':
      return { ...openRateLimit, ...counterHeaders('x-app-limit-24hour', 180_000, 0, reset) }
    case 'retry_after':
      return { 'retry-after': String(waitSecs) }
    case 'retry_after_date':
      return { 'retry-after': new Date(reset * 1000).toUTCString() }
    case 'none':
      return {}
  }
}

/** The headers of one limit. `reset` is in seconds since the epoch. */
function counterHeaders(prefix: string, limit: number, remaining: number, reset: number): Record<string, string> {
  return { [`${prefix}-limit`]: `${limit}`, [`${prefix}-remaining`]: `${remaining}`, [`${prefix}-reset`]: `${reset}` }
}
