/** Validation against X's schemas, refused in X's words. */

import type * as z from 'zod/mini'
import { invalid, invalidAll } from './problems.ts'

/** Told of every field or parameter that X does not know, before the refusal. */
export type OnUnknown = (name: string) => void

const MAX_ECHOED = 100

type Issue = NonNullable<ReturnType<z.ZodMiniType['safeParse']>['error']>['issues'][number]

/** The value as the schema makes it, or a 400 that names every fault. */
export function check<T>(schema: z.ZodMiniType<T>, value: Record<string, unknown>, onUnknown: OnUnknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) onUnknown(key)
  }
  throw invalidAll(result.error.issues.flatMap((issue) => describe(issue, value)))
}

/** Refuses query parameters other than `allowed`, in the words X uses. */
export function checkQuery(query: URLSearchParams, allowed: readonly string[], onUnknown: OnUnknown): void {
  for (const name of query.keys()) {
    if (allowed.includes(name)) continue
    onUnknown(name)
    throw invalid(`The query parameter [${name}] is not one of [${allowed.join(',')}]`, {
      [name]: query.getAll(name).map(echo),
    })
  }
}

function describe(
  issue: Issue,
  value: Record<string, unknown>,
): { message: string; parameters: Record<string, string[]> }[] {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const name = path === '' ? key : `${path}.${key}`
      return {
        message: `$.${name}: is not defined in the schema and the schema does not allow additional properties`,
        parameters: { [name]: [] },
      }
    })
  }
  const given = valueAt(value, issue.path)
  if (given === undefined) return [{ message: `$.${path}: is missing but it is required`, parameters: { [path]: [] } }]
  const reason =
    issue.code === 'invalid_value' ? `does not have a value in the enumeration [${issue.values}]` : 'is not valid'
  return [{ message: `$.${path}: ${reason}`, parameters: { [path]: [echo(given)] } }]
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  )
}

function echo(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.slice(0, MAX_ECHOED)
}
