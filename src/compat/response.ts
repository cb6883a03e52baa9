import type { Context, Handler } from 'hono'
import type * as z from 'zod/mini'
import { XMediaError, type XMediaErrorCode } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { Principal } from '../options.ts'
import { type PrincipalEnv, tokenFor } from '../routes/authorize.ts'
import type { CallContext } from '../x/call.ts'
import { isRecord, type XAnswer } from '../x/failure.ts'
import type { XProblem } from '../x/schemas.ts'
import { describeIssues, invalidRequest, NOT_FOUND, plainProblem, type XProblemItem } from '../x/x-problems.ts'
import type { CompatUpload } from './upload-record.ts'

/** A request that speaks X's own wire, and what X said last while it was answered. */
export interface CompatRequest {
  c: Context<PrincipalEnv>
  principal: Principal
  context: CallContext
  lastAnswer: () => XAnswer | undefined
}

/** What X would answer. */
export interface CompatResponse {
  status: number
  body?: unknown
}

/** X's 400, with what is wrong in X's words. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest'
  readonly items: XProblemItem[]

  constructor(items: XProblemItem[]) {
    super('the request is not as X wants it')
    this.items = items
  }
}

export function invalid(message: string): InvalidRequest {
  return new InvalidRequest([{ message }])
}

/** X says JSON for multipart too. */
export function missingMedia(): InvalidRequest {
  return new InvalidRequest([{ message: 'Missing media field in JSON', parameters: { media: [] } }])
}

/** X's words at FINALIZE, from v1.1; v2's are not on record. */
export function doNotAddUp(): InvalidRequest {
  return invalid('Segments do not add up to provided total file size.')
}

export function ended({ state }: CompatUpload): InvalidRequest {
  return invalid(state === 'refused' ? 'media type unrecognized' : 'Media is already finalized.')
}

/** X has certainly not got a segment that it answered so: it may be sent otherwise. */
const REFUSED: ReadonlySet<XMediaErrorCode> = new Set(['x_segment_too_large', 'x_rejected_media'])

export function isRefusal(error: unknown): boolean {
  return error instanceof XMediaError && REFUSED.has(error.code)
}

/** A value as X's schema has it. */
export function check<T>(schema: z.ZodMiniType<T>, value: Record<string, unknown>): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new InvalidRequest(describeIssues(result.error.issues, value))
}

/** Answers as X does, errors too; X's numbers on its rate limits are passed on. */
export function asX(
  instance: Instance,
  handle: (call: CompatRequest) => Promise<CompatResponse>,
): Handler<PrincipalEnv> {
  return async (c) => {
    const principal = c.var.xMediaPrincipal
    const { clock, deadlineMs, emit } = instance
    let last: XAnswer | undefined
    const context: CallContext = {
      token: tokenFor(c, principal, instance.token),
      emit,
      deadline: clock.now() + deadlineMs,
      onAnswer(answer) {
        last = answer
      },
    }
    return await handle({ c, principal, context, lastAnswer: () => last }).then(
      (reply) => respond(reply, last),
      (error) => errorAsX(error, last, clock.now()),
    )
  }
}

/** An error as X would answer it. Rethrows what is not ours to show. */
export function errorAsX(error: unknown, last?: XAnswer, now?: number): Response {
  if (error instanceof InvalidRequest) return invalidResponse(error.items)
  if (error instanceof XMediaError) return refuse(error, last, now)
  throw error
}

export function invalidResponse(items: XProblemItem[]): Response {
  return respond({ status: 400, body: { ...invalidRequest(items), status: 400 } })
}

/** An error in X's shape: X's own, where it is X that said it. */
function refuse(error: XMediaError, last?: XAnswer, now: number = Date.now()): Response {
  const { code, retryAfterSecs } = error
  // X's 401 is about the server's token: a client would ask its user to sign in again.
  if (code.startsWith('x_') && last !== undefined && last.status >= 400 && last.status !== 401) {
    return respond({ status: last.status, body: problemOf(last) }, last, retryAfterSecs)
  }
  const status = STATUS[code] ?? (error.status >= 500 ? 503 : 400)
  const title = TITLES[status]
  if (title === undefined) return invalidResponse([{ message: messageOf(error) }])
  const response = respond({ status, body: plainProblem(status, title) }, undefined, retryAfterSecs)
  if (status === 429 && retryAfterSecs !== undefined) {
    response.headers.set('x-rate-limit-remaining', '0')
    response.headers.set('x-rate-limit-reset', String(Math.ceil(now / 1000) + retryAfterSecs))
  }
  return response
}

const STATUS: Partial<Record<XMediaErrorCode, number>> = {
  unauthorized: 401,
  origin_not_allowed: 403,
  too_large: 413,
  quota_exceeded: 429,
  misconfigured: 500,
  x_rate_limited: 429,
  x_rejected_media: 400,
}

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

function messageOf({ code, message }: XMediaError): string {
  return code === 'not_found' || code === 'x_rejected_media' ? NOT_FOUND : message
}

/** X's edge refuses sizes with nothing at all. */
const SAYS_NOTHING: readonly number[] = [413, 431]

/** X's problem as it said it, known members only; what it left out, as its bodies sometimes do, is what its status means. */
function problemOf({ status, json }: XAnswer): XProblem | undefined {
  const said = knownMembers(json)
  if (Object.keys(said).length === 0 && SAYS_NOTHING.includes(status)) return undefined
  return { ...plainProblem(status, TITLES[status] ?? 'Error'), ...said, ...errorsOf(json) }
}

/** What the problems of the official OpenAPI have, and the errors that the first generation had. */
const MEMBERS = [
  ...['title', 'detail', 'type', 'status', 'message', 'code'],
  ...['parameter', 'value', 'section', 'field', 'resource_id', 'resource_type'],
]

function knownMembers(json: unknown): Record<string, unknown> {
  if (!isRecord(json)) return {}
  const members = MEMBERS.filter((name) => typeof json[name] === 'string' || typeof json[name] === 'number')
  return Object.fromEntries(members.map((name) => [name, json[name]]))
}

/** X is known to send texts in the place of errors, which breaks its own SDKs. */
function errorsOf(json: unknown): Pick<XProblem, 'errors'> {
  if (!isRecord(json) || !Array.isArray(json['errors'])) return {}
  return {
    errors: json['errors'].map((error: unknown) => {
      if (!isRecord(error)) return { message: String(error) }
      return { ...knownMembers(error), ...parametersOf(error['parameters']) }
    }),
  }
}

/** What was wrong with which parameter, in texts. */
function parametersOf(given: unknown): { parameters?: Record<string, string[]> } {
  if (!isRecord(given)) return {}
  const entries = Object.entries(given).filter(([, values]) => Array.isArray(values))
  return { parameters: Object.fromEntries(entries.map(([name, values]) => [name, [values].flat().map(String)])) }
}

const RATE_LIMIT = /^x-(?:rate-limit|(?:user|app)-limit-24hour)-(?:limit|remaining|reset)$/

function respond({ status, body }: CompatResponse, last?: XAnswer, retryAfterSecs?: number): Response {
  const headers = new Headers({ 'cache-control': 'no-store' })
  if (body !== undefined) headers.set('content-type', status < 400 ? 'application/json' : 'application/problem+json')
  for (const [name, value] of last?.headers ?? []) if (RATE_LIMIT.test(name)) headers.set(name, value)
  if (retryAfterSecs !== undefined) headers.set('retry-after', String(retryAfterSecs))
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
}
