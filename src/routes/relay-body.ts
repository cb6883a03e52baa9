import type { Context } from 'hono'
import { readUpload } from '../ingress/read-upload.ts'
import type { UploadParameters } from '../ingress/upload-parameters.ts'
import type { UploadPolicy } from '../ingress/upload-policy.ts'
import type { Instance } from '../instance.ts'
import type { Principal } from '../options.ts'
import { type Relayed, relay } from '../relay/relay.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { type PrincipalEnv, tokenFor } from './authorize.ts'
import { withBody } from './request-body.ts'

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

/** What the body of a request is to X. */
export interface RelayedBody {
  parameters: UploadParameters
  policy: UploadPolicy
  context: CallContext
}

/** Sends the file in a request's body to X, as it arrives. Resolves when FINALIZE has succeeded. */
export async function relayBody(
  c: Context,
  principal: Principal,
  { parameters, policy, context }: RelayedBody,
  instance: Instance,
): Promise<Relayed> {
  return await withBody(c, principal, instance, async (body, reservation) => {
    const { endings, relay: options } = instance
    const request = {
      ...{ headers: c.req.raw.headers, parameters, body },
      ...{ subject: principal.subject, endings, segmentBytes: options.segmentSize.preferred },
    }
    const source = await readUpload(request, policy)
    return await relay(source, reservation, context, options)
  })
}
