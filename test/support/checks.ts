/** What must hold of something, by name. Each check throws when it does not. */
export type Checks<T> = Readonly<Record<string, (subject: T) => Promise<void>>>

/** Runs checks one after the other, and resolves to the errors by the names of the checks. */
export async function runChecks<T>(checks: Checks<T>, subject: T): Promise<Record<string, string>> {
  const wrong: Record<string, string> = {}
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(subject)
    } catch (error) {
      wrong[name] = String(error)
    }
  }
  return wrong
}

/** Throws unless two values are equal as JSON, whatever the order of their members. */
export function equal(found: unknown, expected: unknown): void {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value, inOrder))
  if (one !== other) throw new Error(`found ${one}, not ${other}`)
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
