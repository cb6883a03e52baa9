import type { Context } from 'hono'
import type { Instance } from '../instance.ts'
import type { Principal } from '../options.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { type PrincipalEnv, tokenFor } from './authorize.ts'

/** For the calls to X that a request with a body causes: they end with the request, or at the deadline. */
export function callContextFor<E extends PrincipalEnv>(
  c: Context<E>,
  principal: Principal,
  instance: Instance,
): CallContext {
  const { clock, deadlineMs, token } = instance
  return {
    token: tokenFor(c, principal, token),
    emit: c.var.xMediaObserver.emit,
    signal: c.req.raw.signal,
    deadline: clock.now() + deadlineMs,
  }
}
