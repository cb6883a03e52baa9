import type { Clock } from './clock.ts'

/** Takes lines for the operator. `console`, pino and winston fit. */
export interface Logger {
  error(line: string): unknown
}

/** Takes lines for the operator. */
export type Log = (line: string) => unknown

/** Where lines for the operator go; `false`: nowhere. */
export type LogOption = Logger | Log | false

/**
 * Tells the operator of trouble.
 *
 * @param kind Lines of one kind appear at most once a minute. The next one says how many were held back.
 * @param sentences What happened, and what to do.
 * @param requestId The request that it happened to, if there is one.
 */
export type OperatorLog = (kind: string, sentences: string, requestId?: string) => void

/** The shortest time between two lines of a kind, milliseconds. */
const QUIET_MS = 60_000

/** @param option Default `console`. */
export function createOperatorLog(option: LogOption | undefined, clock: Pick<Clock, 'now'>): OperatorLog {
  if (option === false) return () => {}
  const write = writerFor(option)
  const kinds = new Map<string, { at: number; heldBack: number }>()

  return function tellOperator(kind, sentences, requestId) {
    const at = clock.now()
    const last = kinds.get(kind)
    // A clock may be set back.
    if (last && Math.abs(at - last.at) < QUIET_MS) {
      last.heldBack += 1
      return
    }
    kinds.set(kind, { at, heldBack: 0 })
    // Line breaks could forge other lines.
    const line = `hono-x-media: ${sentences}`.replace(/\p{Cc}+/gu, ' ')
    const request = requestId && ` (request ${requestId})`
    const heldBack = last?.heldBack && ` (${last.heldBack} more since ${new Date(last.at).toISOString()})`
    write(line + (request || '') + (heldBack || ''))
  }
}

/** Writes lines with the app's own logger. One that fails ends no request. */
function writerFor(option: Logger | Log = console): (line: string) => Promise<void> {
  return async function write(line) {
    try {
      await (typeof option === 'function' ? option(line) : option.error(line))
    } catch {
      console.error(line)
    }
  }
}
