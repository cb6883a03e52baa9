import { isRecord } from '../src/lib/is-record.ts'

/** The members of a JSON object; none when a text is anything else. */
export function jsonMembers(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    return isRecord(json) ? json : {}
  } catch {
    return {}
  }
}
