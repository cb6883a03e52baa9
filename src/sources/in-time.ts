import { abortable, createAbortScope } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'

export interface TimeLimit {
  clock: Clock
  timeoutMs: number
  /** Ends the step too. */
  signal: AbortSignal
}

/** Settles like one step of reading a source, or rejects when it takes too long or is aborted. */
export async function inTime<Result>(
  step: (signal: AbortSignal) => Promise<Result>,
  { clock, timeoutMs, signal }: TimeLimit,
): Promise<Result> {
  const timeoutError = () => new Error(`The source sent nothing for ${timeoutMs / 1000} seconds.`)
  const scope = createAbortScope(clock, { parent: signal, timeoutMs, timeoutError })
  try {
    return await abortable(step(scope.signal), scope.signal)
  } finally {
    scope.dispose()
  }
}
