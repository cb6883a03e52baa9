/** What a fault does to a call: a change of state first, then perhaps an answer instead of the call's own. */

import type { ErrorBody, FaultEffect, Limit } from './faults.ts'
import type { Clock } from './movable-clock.ts'
import { INVALID_MEDIA } from './processing.ts'
import { json, plainProblem } from './refusals.ts'
import type { Upload } from './uploads.ts'

/** X's words per status. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Invalid Request',
  401: 'Unauthorized',
  402: 'credits depleted',
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

/** Faults that change what the call and those after it find; the call then goes its usual way. */
export function changeState(effect: FaultEffect, upload: Upload | undefined, expireToken: () => void): void {
  if (effect.kind === 'token_expired') expireToken()
  if (upload === undefined) return
  if (effect.kind === 'session_expired') upload.expiresAt = 0
  if (effect.kind === 'processing_failed') upload.twist.failure = effect.error ?? INVALID_MEDIA
  if (effect.kind === 'processing_stuck') upload.twist.stuck = effect.error ?? INVALID_MEDIA
  if (effect.kind === 'processing_done') upload.twist.immediate = true
  if (effect.kind === 'check_after') upload.twist.checkAfterSecs = effect.checkAfterSecs ?? null
}

/** The answer a fault gives instead of the call's own; undefined if it lets the call's own answer through. */
export function faultyAnswer(effect: FaultEffect, clock: Clock, path: string): Response | undefined {
  if (effect.kind === 'error') return errorAnswer(effect, clock, path)
  if (effect.kind === 'too_large') return new Response(null, { status: effect.status ?? 413 })
  if (effect.kind === 'redirect') {
    return new Response(null, { status: 302, headers: { location: effect.location ?? 'https://redirected.invalid/' } })
  }
  return undefined
}

/** The usual answer with another status, or without its body. `body` stands in where the usual answer has none. */
export function reshape(effect: FaultEffect, answer: Response, body: unknown): Response {
  if (effect.kind !== 'success' || !answer.ok) return answer
  const status = effect.status ?? answer.status
  if (status === 204 || effect.body === 'empty') return new Response(null, { status })
  return answer.body === null ? json(body, status) : new Response(answer.body, { status, headers: answer.headers })
}

function errorAnswer(effect: FaultEffect, clock: Clock, path: string): Response {
  const status = effect.status ?? 503
  const title = TITLES[status] ?? 'Error'
  const headers = status === 429 ? limitHeaders(effect.limit ?? 'rate', effect.waitSecs ?? 1, clock.now()) : {}
  const body = effect.body ?? (status === 413 || status === 431 ? 'empty' : 'problem')
  return errorBody(body, status, title, headers, path)
}

function errorBody(
  body: ErrorBody,
  status: number,
  title: string,
  headers: Record<string, string>,
  path: string,
): Response {
  switch (body) {
    case 'problem':
      return plainProblem(status, title, headers)
    case 'errors':
      return json({ errors: [{ code: status === 429 ? 88 : 130, message: title }] }, status, headers)
    case 'strings':
      return json({ errors: [title.toLowerCase()] }, status, headers)
    case 'error':
      return json({ error: title }, status, headers)
    case 'request_error':
      return json({ request: path, error: title }, status, headers)
    case 'text':
      return new Response(title, { status, headers: { 'content-type': 'text/plain', ...headers } })
    case 'html':
      return new Response(`<!DOCTYPE html><html><title>${title}</title><body><h1>${title}</h1></body></html>`, {
        status,
        headers: { 'content-type': 'text/html', ...headers },
      })
    case 'empty':
      return new Response(null, { status, headers })
  }
}

function limitHeaders(limit: Limit, waitSecs: number, now: number): Record<string, string> {
  const reset = Math.ceil(now / 1000 + waitSecs)
  // The 24-hour counters are used up while the 15-minute one is not: the wrong reset is there to be misread.
  const room = counter('x-rate-limit', 1875, 1874, Math.ceil(now / 1000 + 900))
  switch (limit) {
    case 'rate':
      return counter('x-rate-limit', 1875, 0, reset)
    case 'user_24h':
      return { ...room, ...counter('x-user-limit-24hour', 500, 0, reset) }
    case 'app_24h':
      return { ...room, ...counter('x-app-limit-24hour', 180_000, 0, reset) }
    case 'retry_after':
      return { 'retry-after': String(waitSecs) }
    case 'retry_after_date':
      return { 'retry-after': new Date(reset * 1000).toUTCString() }
    case 'none':
      return {}
  }
}

function counter(prefix: string, limit: number, remaining: number, reset: number): Record<string, string> {
  return { [`${prefix}-limit`]: `${limit}`, [`${prefix}-remaining`]: `${remaining}`, [`${prefix}-reset`]: `${reset}` }
}
