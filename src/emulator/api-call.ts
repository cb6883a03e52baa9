/** A call of X's API as its handler sees it. */

import type * as z from 'zod/mini'
import { describeIssues, unknownQuery } from '../x/x-problems.ts'
import { badRequest, validationError } from './api-responses.ts'
import type { CallBody } from './call-body.ts'
import type { OpenCall, Step } from './call-log.ts'
import type { EmulatorState } from './emulator-state.ts'

/** Its methods throw an `ApiError` to refuse the call. */
export interface ApiCall {
  /** The entry of this call in the log. */
  readonly record: OpenCall
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly query: URLSearchParams
  readonly body: CallBody
  /** The id of the user whose token has all these scopes. */
  authorize(...scopes: string[]): string
  /** The same for calls that the app's own token, which has no user and no scopes, can make too. */
  authorizeAny(...scopes: string[]): void
  /** The fields as the schema outputs them. */
  validate<T>(schema: z.ZodMiniType<T>, fields: Record<string, unknown>): T
  /** The members of the JSON body. */
  jsonFields(): Record<string, unknown>
  /** Refuses all other query parameters. */
  allowQuery(...names: string[]): void
}

/** Answers a call. Throws an `ApiError` to refuse it. */
export type CallHandler = (state: EmulatorState, call: ApiCall) => Response | Promise<Response>

/** The operation of X's API that a call asks for. */
export interface Operation {
  step: Step
  /** The media id in the call, valid or not. */
  mediaId: string | undefined
  handle: CallHandler
}

export function createApiCall(state: EmulatorState, record: OpenCall, request: Request, body: CallBody): ApiCall {
  const { method, headers, url } = request
  const { pathname: path, searchParams: query } = new URL(url)
  const onUnknown = (name: string) => state.log.addViolation(record, 'unknown_field', name)
  return {
    record,
    method,
    path,
    headers,
    query,
    body,
    authorize: (...scopes) => state.tokens.authorize(headers, scopes),
    authorizeAny: (...scopes) => state.tokens.authorizeAny(headers, scopes),
    validate: (schema, fields) => validate(schema, fields, onUnknown),
    jsonFields() {
      if (body.kind === 'form') throw badRequest('Requests with bodies must have content-type of application/json.')
      if (body.kind === 'none') throw badRequest('Request body must be a JSON object.')
      return body.fields
    },
    allowQuery: (...names) => checkQuery(query, names, onUnknown),
  }
}

function validate<T>(schema: z.ZodMiniType<T>, fields: Record<string, unknown>, onUnknown: (name: string) => void): T {
  const result = schema.safeParse(fields)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) onUnknown(key)
  }
  throw validationError(describeIssues(result.error.issues, fields))
}

function checkQuery(query: URLSearchParams, allowed: readonly string[], onUnknown: (name: string) => void): void {
  for (const name of query.keys()) {
    if (allowed.includes(name)) continue
    onUnknown(name)
    throw validationError([unknownQuery(name, query.getAll(name), allowed)])
  }
}
