/** Validation against X's schemas, refused in X's words. */

import type * as z from 'zod/mini'
import { describeIssues, unknownQuery } from '../x/x-problems.ts'
import { invalidAll } from './refusals.ts'

/** Told of every field or parameter that X does not know, before the refusal. */
export type OnUnknown = (name: string) => void

/** The value as the schema makes it, or a 400 that names every fault. */
export function check<T>(schema: z.ZodMiniType<T>, value: Record<string, unknown>, onUnknown: OnUnknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) onUnknown(key)
  }
  throw invalidAll(describeIssues(result.error.issues, value))
}

/** Refuses query parameters other than `allowed`. */
export function checkQuery(query: URLSearchParams, allowed: readonly string[], onUnknown: OnUnknown): void {
  for (const name of query.keys()) {
    if (allowed.includes(name)) continue
    onUnknown(name)
    throw invalidAll([unknownQuery(name, query.getAll(name), allowed)])
  }
}
