import { jsonMembers } from '../json-members.ts'

/** A server to examine. */
export interface MountedServer {
  /** The URL of the mount, without a slash at its end. */
  url: string
  /** The headers that sign in. */
  headers: Readonly<Record<string, string>>
}

/** The `code` and `detail` of a problem document; undefined when the answer is from something else. */
export function readProblem(text: string): { code: string; detail: string } | undefined {
  const { code, detail } = jsonMembers(text)
  return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : undefined
}
