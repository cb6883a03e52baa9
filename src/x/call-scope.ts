import { type AbortScope, type AbortScopeOptions, createAbortScope, deadlineExceeded } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallContext } from './call-with-retries.ts'

/** An abort scope around calls to X: they end with the scope. */
export interface CallScope extends AbortScope {
  /** The context for the calls. */
  call: CallContext & Pick<AbortScope, 'signal'>
}

/**
 * Opens a scope that ends with the context's own signal, or when its time is up.
 *
 * @param limit Default: until the context's deadline, then `deadline_exceeded`.
 */
export function createCallScope(
  context: CallContext,
  clock: Clock,
  limit: Pick<AbortScopeOptions, 'timeoutMs' | 'timeoutError'> = untilDeadline(context, clock),
): CallScope {
  const scope = createAbortScope(clock, { parent: context.signal, ...limit })
  return { ...scope, call: { ...context, signal: scope.signal } }
}

function untilDeadline({ deadline = Number.POSITIVE_INFINITY }: CallContext, clock: Clock) {
  return { timeoutMs: deadline - clock.now(), timeoutError: deadlineExceeded }
}
