import { isRecord } from '../lib/is-record.ts'
import { parseJson } from '../lib/parse-json.ts'

/** A stored JSON object, without its version. */
export interface VersionedRecord {
  version: number
  members: Record<string, unknown>
}

/** Turns a record into the text that the store keeps. Its version tells later releases how to read it. */
export function formatVersioned(version: number, members: object): string {
  return JSON.stringify({ version, ...members })
}

/**
 * Parses a stored record. Those of 0.1.0 carry no version: they are version 1. Undefined when the text is not a JSON
 * object, or when a newer release wrote it.
 */
export function parseVersioned(text: string, newestVersion: number): VersionedRecord | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { version = 1, ...members } = value
  return typeof version === 'number' && version <= newestVersion ? { version, members } : undefined
}
