import { closestMatch } from 'leven'
import * as z from 'zod/mini'
import { quote } from './quote.ts'

type Issue = NonNullable<ReturnType<z.ZodMiniType['safeParse']>['error']>['issues'][number]

/** A misspelt name differs from the one that was meant by a third of its letters, and never by more than this. */
const MAX_TYPOS = 3

/**
 * Options as their schema reads them, defaults filled in.
 *
 * Throws one `TypeError` that lists everything wrong, a line each: the path, what it must be, and for an unknown name the
 * one that was probably meant.
 *
 * @param renamed Names of earlier versions, and the paths they have now.
 */
export function parseOptions<Output>(
  schema: z.ZodMiniType<Output>,
  options: unknown,
  renamed: Readonly<Record<string, string>> = {},
): Output {
  const result = schema.safeParse(options, { reportInput: true })
  if (result.success) return result.data
  const lines = new Set(result.error.issues.flatMap((issue) => describe(issue)))
  throw new TypeError(`These options do not work:\n${[...lines].map((line) => `- ${line}`).join('\n')}`)

  function describe(issue: Issue): string[] {
    const path = issue.path.map(showName).join('.') || 'options'
    const isMissing = issue.path.length > 0 && 'input' in issue && issue.input === undefined
    const subject = isMissing ? `${path} is not set: it` : path
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownOption(issue.path, key))
      case 'invalid_type':
        return [`${subject} must be ${nameOf(issue.expected)}${isMissing ? '' : `, not ${kindOf(issue.input)}`}`]
      case 'invalid_value':
        return [`${path} must be ${issue.values.map(show).join(' or ')}, not ${show(issue.input)}`]
      case 'too_small':
        return [`${path} must be at least ${count(issue.minimum)}, not ${show(issue.input)}`]
      case 'too_big':
        return [`${path} must be at most ${count(issue.maximum)}, not ${show(issue.input)}`]
      default:
        return [`${subject} ${issue.message}`]
    }
  }

  function unknownOption(group: readonly PropertyKey[], key: string): string {
    const known = pathsOf(schema)
    const path = [...group, key].join('.')
    const shown = [...group, key].map(showName).join('.')
    const now = known.find((option) => option === renamed[key])
    if (now !== undefined && group.length === 0) return `${shown} is now called ${now}`
    const meant = nearest(path, known) ?? now ?? nearest(key, known, lastName)
    return meant === undefined ? `${shown} is not an option` : `${shown} is not an option: did you mean ${meant}?`
  }
}

/** The paths of everything an object may have: `limits`, `limits.memoryBytes` … */
function pathsOf(schema: z.core.$ZodType, prefix = ''): string[] {
  if (schema instanceof z.ZodMiniObject) {
    return Object.entries(schema.shape).flatMap(([name, member]) => [
      prefix + name,
      ...pathsOf(member, `${prefix}${name}.`),
    ])
  }
  const isWrapper =
    schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniDefault || schema instanceof z.ZodMiniPrefault
  return isWrapper ? pathsOf(schema._zod.def.innerType, prefix) : []
}

/** The known path nearest to a name, compared as a whole or by `part`, without regard to case. */
function nearest(name: string, known: readonly string[], part = (path: string): string => path): string | undefined {
  // Of two paths with the same last name, the shorter one is meant.
  const byText = new Map(known.toReversed().map((path) => [part(path).toLowerCase(), path]))
  const maxDistance = Math.min(MAX_TYPOS, Math.round(lastName(name).length / 3))
  const closest = closestMatch(name.toLowerCase(), [...byText.keys()], { maxDistance })
  return closest === undefined ? undefined : byText.get(closest)
}

/** A name that cannot break the message, whatever it is. */
function showName(name: PropertyKey): string {
  const text = String(name)
  return /^\w{1,40}$/.test(text) ? text : quote(text)
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function nameOf(expected: string): string {
  if (expected === 'int') return 'a whole number'
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return 'an array'
  return nameOf(typeof value)
}

function show(value: unknown): string {
  if (typeof value === 'number') return count(value)
  return typeof value === 'string' ? quote(value) : kindOf(value)
}

function count(value: number | bigint): string {
  return value.toLocaleString('en')
}
