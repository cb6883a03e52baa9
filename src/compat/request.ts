import type { Context, Handler } from 'hono'
import type { Instance } from '../instance.ts'
import { abortable } from '../lib/abort-scope.ts'
import type { Principal } from '../options.ts'
import { type PrincipalEnv, tokenFor } from '../routes/authorize.ts'
import type { MountEnv } from '../routes/mount.ts'
import type { ObserverEnv } from '../routes/observe.ts'
import { createCallScope } from '../x/call-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XResponse } from '../x/transport.ts'
import { type CompatResponse, compatErrorResponse, compatResponse } from './response.ts'
import type { CompatUploads } from './upload-record.ts'

/** An instance that also serves X's own media API. */
export interface CompatInstance extends Instance {
  compatUploads: CompatUploads
}

export type CompatEnv = { Variables: MountEnv['Variables'] & PrincipalEnv['Variables'] }

/** A request to X's own media API. */
export interface CompatRequest {
  c: Context<CompatEnv>
  principal: Principal
  /** For the calls to X that this request causes. */
  context: CallContext
  /** X's answer to the latest of those calls. */
  lastResponse: () => XResponse | undefined
}

/** Answers a request, or throws an `InvalidRequest` or an `XMediaError`. */
export type CompatHandler = (request: CompatRequest, instance: CompatInstance) => Promise<CompatResponse>

/**
 * Makes a Hono handler that answers as X does, errors included, passes on X's rate-limit headers, and ends at the deadline.
 * It does not end when the client leaves: X gets what has arrived.
 */
export function compatHandler(instance: CompatInstance, handle: CompatHandler): Handler<CompatEnv> {
  const { clock, deadlineMs, token } = instance
  return async function answerAsX(c) {
    const principal = c.var.xMediaPrincipal
    const { emit } = c.var.xMediaObserver
    let lastResponse: XResponse | undefined
    const context: CallContext = {
      token: tokenFor(c, principal, token),
      emit,
      deadline: clock.now() + deadlineMs,
      onResponse(response) {
        lastResponse = response
      },
    }
    const { call, signal, dispose } = createCallScope(context, clock)
    try {
      const handling = handle({ c, principal, context: call, lastResponse: () => lastResponse }, instance)
      return compatResponse(await abortable(handling, signal), lastResponse)
    } catch (error) {
      return respondAsX(error, c, lastResponse, clock.now())
    } finally {
      dispose()
    }
  }
}

/** Responds to an error as X would. Rethrows errors that clients must not see. */
export function respondAsX(
  error: unknown,
  c: Pick<Context<ObserverEnv>, 'var'>,
  lastResponse?: XResponse,
  now?: number,
): Response {
  c.var.xMediaObserver.refuse(error)
  return compatErrorResponse(error, lastResponse, now)
}
