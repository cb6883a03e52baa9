/** X's error documents, word for word as the live service sends them. */

import type * as z from 'zod/mini'
import type { XProblem } from './schemas.ts'

export type XProblemItem = NonNullable<XProblem['errors']>[number]

/** The types of X's problems begin with this, as of OpenAPI 2.167. In older responses, the host is `api.twitter.com`. */
export const PROBLEM_TYPES = 'https://api.x.com/2/problems/'

/** The most characters of a name or value that are sent back. */
const MAX_ECHOED_CHARACTERS = 100

/** The most problems, and the most values of one parameter, that are sent back. */
const MAX_PROBLEMS = 20

/** The body of a 400 for an invalid request. */
export function invalidRequest(errors: XProblemItem[]): XProblem {
  return {
    errors,
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: `${PROBLEM_TYPES}invalid-request`,
  }
}

/** A problem without particulars, such as `Forbidden`, `Unauthorized` or `Too Many Requests`. */
export function plainProblem(status: number, title: string): XProblem {
  return { title, type: 'about:blank', status, detail: title }
}

/** The message for an id that does not exist, is another user's, has expired, or has no status (an image). */
export const NOT_FOUND = 'BadRequest: Not found'

type Issue = NonNullable<ReturnType<z.ZodMiniType['safeParse']>['error']>['issues'][number]

/** Describes each issue of an invalid value in X's words. */
export function describeIssues(issues: readonly Issue[], value: Record<string, unknown>): XProblemItem[] {
  return issues.flatMap((issue) => describe(issue, value)).slice(0, MAX_PROBLEMS)
}

function describe(issue: Issue, value: Record<string, unknown>): XProblemItem[] {
  const keys = withinValue(issue.path, value)
  const path = keys.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownMember(path === '' ? key : `${path}.${key}`))
  }
  const given = valueAt(value, keys)
  if (given === undefined) return [missingParameter(path)]
  const reason =
    issue.code === 'invalid_value' ? `does not have a value in the enumeration [${issue.values}]` : 'is not valid'
  return [{ message: `$.${path}: ${reason}`, parameters: { [path]: [echo(given)] } }]
}

export function unknownMember(member: string): XProblemItem {
  const name = echo(member)
  return {
    message: `$.${name}: is not defined in the schema and the schema does not allow additional properties`,
    parameters: { [name]: [] },
  }
}

export function missingParameter(name: string): XProblemItem {
  return { message: `$.${name}: is missing but it is required`, parameters: { [name]: [] } }
}

/** A query parameter that the endpoint does not have. */
export function unknownQuery(name: string, values: readonly string[], allowed: readonly string[]): XProblemItem {
  return {
    message: `The query parameter [${echo(name)}] is not one of [${allowed.join(',')}]`,
    parameters: { [echo(name)]: values.slice(0, MAX_PROBLEMS).map(echo) },
  }
}

/** A path as far as a text: an item of a list that is sent as text has no place of its own. */
function withinValue(path: readonly PropertyKey[], value: unknown): readonly PropertyKey[] {
  const end = path.findIndex((_, index) => typeof valueAt(value, path.slice(0, index + 1)) === 'string')
  return end < 0 ? path : path.slice(0, end + 1)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  )
}

function echo(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.slice(0, MAX_ECHOED_CHARACTERS)
}
