import { zValidator } from '@hono/zod-validator'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import { readUpload } from '../ingress/read-upload.ts'
import {
  invalidParameter,
  type UploadParameters,
  type UploadQuery,
  uploadParameters,
} from '../ingress/upload-parameters.ts'
import type { Instance } from '../options.ts'
import { problemResponse } from '../problem.ts'
import { relay } from '../relay/relay.ts'
import { type PrincipalEnv, secretFor, tokenFor } from './authorize.ts'
import { checksFor } from './checks.ts'
import { withBody } from './request-body.ts'
import { presentMedia, statusPath, type UploadedMedia } from './uploaded-media.ts'

/** What `xMediaUpload` leaves for the handlers behind it. */
export interface XMediaEnv {
  Variables: { xMedia: UploadedMedia }
}

export type UploadEnv = { Variables: PrincipalEnv['Variables'] & XMediaEnv['Variables'] }

/** The longest that an answer is held back for `Prefer: wait`. */
const MAX_WAIT_SECS = 60

export type UploadInput = { in: { query: UploadQuery }; out: { query: UploadParameters } }

/** Refuses parameters in the query that X would refuse, before the body is read. */
export const validateUpload: MiddlewareHandler<UploadEnv, string, UploadInput> = zValidator(
  'query',
  uploadParameters,
  (result) => (result.success ? undefined : problemResponse(invalidParameter(result.error.issues))),
)

/** Relays the request's body to X; the handlers behind it run only after FINALIZE succeeded. */
export function receiveUpload(instance: Instance): MiddlewareHandler<UploadEnv, string, UploadInput> {
  return createMiddleware<UploadEnv, string, UploadInput>(async function receiveUpload(c, next) {
    try {
      c.set('xMedia', await receive(c, instance))
    } catch (error) {
      if (error instanceof XMediaError) return problemResponse(error)
      throw error
    }
    return next()
  })
}

/** Answers with the media in X's own shape; `Location` is where its processing can be followed. */
export function answerUpload(instance: Instance): Handler<UploadEnv> {
  return (c) => {
    const { ticket: _, errors, ...data } = c.var.xMedia
    c.header('location', statusPath(c, c.var.xMedia, instance))
    c.header('cache-control', 'no-store')
    return c.json({ data, ...(errors ? { errors } : {}) }, 201)
  }
}

type UploadContext = Context<UploadEnv, string, UploadInput>

async function receive(c: UploadContext, instance: Instance): Promise<UploadedMedia> {
  const { clock, deadlineMs, emit, statuses } = instance
  const principal = c.var.xMediaPrincipal
  // A key that cannot work must show before X has the file.
  secretFor(c, instance)
  const { signal } = c.req.raw
  const context = { token: tokenFor(c, principal, instance), emit, signal, deadline: clock.now() + deadlineMs }
  const relayed = await withBody(c, principal, instance, async (body, reservation) => {
    const request = { headers: c.req.raw.headers, parameters: c.req.valid('query'), body }
    const source = await readUpload(request, checksFor(c, principal, instance))
    return await relay(source, reservation, context, instance.relay)
  })
  statuses.put(relayed)
  // The media is there: a status that cannot be had now must not lose it.
  const answer = await statuses.settle(relayed, context, readPreferredWaitMs(c)).catch((error: unknown) => {
    if (error instanceof XMediaError || signal.aborted) return relayed
    throw error
  })
  return await presentMedia(c, answer, principal, instance)
}

/** `Prefer: wait=N`: the client would rather wait N seconds than come back. RFC 7240 section 4.3 */
function readPreferredWaitMs(c: Context): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/i.exec(c.req.header('prefer') ?? '')?.[1]
  if (seconds === undefined) return 0
  const granted = Math.min(Number(seconds), MAX_WAIT_SECS)
  c.header('preference-applied', `wait=${granted}`)
  return granted * 1000
}
