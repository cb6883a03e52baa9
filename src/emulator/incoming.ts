import type * as z from 'zod/mini'
import type { Body } from './call-body.ts'
import type { OpenCall } from './call-log.ts'
import { check, checkQuery } from './check.ts'
import { invalid } from './refusals.ts'
import type { World } from './world.ts'

/** A request as the handlers see it: its body read, its token not yet looked at. */
export interface Incoming {
  readonly call: OpenCall
  readonly headers: Headers
  readonly query: URLSearchParams
  readonly body: Body
  /** The user of a token with these scopes, or a refusal. */
  user(...scopes: string[]): string
  /** The fields as the schema makes them, or a refusal. */
  check<T>(schema: z.ZodMiniType<T>, fields: Record<string, unknown>): T
  /** The members of a JSON body, or a refusal. */
  json(): Record<string, unknown>
  allowQuery(...names: string[]): void
}

export function receive(world: World, call: OpenCall, request: Request, body: Body): Incoming {
  const { headers, url } = request
  const query = new URL(url).searchParams
  const onUnknown = (name: string) => world.ledger.violate(call, 'unknown_field', name)
  return {
    call,
    headers,
    query,
    body,
    user: (...scopes) => world.tokens.authorize(headers, scopes),
    check: (schema, fields) => check(schema, fields, onUnknown),
    json() {
      if (body.kind === 'form') throw invalid('Requests with bodies must have content-type of application/json.')
      if (body.kind === 'none') throw invalid('Request body must be a JSON object.')
      return body.fields
    },
    allowQuery: (...names) => checkQuery(query, names, onUnknown),
  }
}
