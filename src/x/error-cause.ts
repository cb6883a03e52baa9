import { createTextFilter, type TextFilter } from './text-filter.ts'

/** The most errors that are described, each the cause of the one before. */
const MAX_DEPTH = 3

/**
 * Describes why a call to X failed, for the `cause` of our own error: names, codes and messages. The error itself may hold
 * the request, and with it the token, if the app's own `fetch` threw it.
 */
export function describeCause(error: unknown, token: string): Error | undefined {
  return describeError(error, createTextFilter({ token }), MAX_DEPTH)
}

function describeError(error: unknown, filter: TextFilter, depth: number): Error | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined
  const cause = describeError(error.cause, filter, depth - 1)
  const described = new Error(filter(error.message) ?? '', cause && { cause })
  if (/^\w{1,40}$/.test(error.name)) described.name = filter(error.name) ?? 'Error'
  const code = 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !/^[A-Z][A-Z\d_]{1,40}$/.test(code) || filter(code) !== code) return described
  return Object.assign(described, { code })
}
