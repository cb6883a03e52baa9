import { zValidator } from '@hono/zod-validator'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import { type UploadParameters, type UploadQuery, uploadParameters } from '../ingress/parameters.ts'
import { readRaw } from '../ingress/raw.ts'
import type { Instance } from '../options.ts'
import { problemResponse } from '../problem.ts'
import { relay } from '../relay/relay.ts'
import { issueTicket } from '../ticket.ts'
import type { XMediaAnswer } from '../x/media.ts'
import type { XMedia, XProblem } from '../x/schemas.ts'
import { type PrincipalEnv, secretFor, tokenFor } from './authorize.ts'

/** A finished upload: X's own description of the media, and the ticket to ask for its status with. */
export interface UploadedMedia extends XMedia {
  ticket: string
  /** Partial errors X reported beside the data. */
  errors?: XProblem[]
}

/** What `xMediaUpload` leaves for the handlers behind it. */
export interface XMediaEnv {
  Variables: { xMedia: UploadedMedia }
}

export type UploadEnv = { Variables: PrincipalEnv['Variables'] & XMediaEnv['Variables'] }

/** X forgets most media after a day when it does not say so. https://docs.x.com/x-api/media/quickstart */
const DEFAULT_EXPIRY_SECS = 86_400
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
export function answerUpload({ options }: Instance): Handler<UploadEnv> {
  return (c) => {
    const { ticket, errors, ...data } = c.var.xMedia
    c.header('location', `${mountPath(c, options.mountPath)}/status/${data.id}?ticket=${ticket}`)
    c.header('cache-control', 'no-store')
    return c.json({ data, ...(errors ? { errors } : {}) }, 201)
  }
}

async function receive(c: Context<UploadEnv, string, UploadInput>, instance: Instance): Promise<UploadedMedia> {
  const { clock, deadlineMs, emit, limits, statuses } = instance
  const principal = c.var.xMediaPrincipal
  const secret = secretFor(c, instance)
  const { headers, body, signal } = c.req.raw
  const source = readRaw({ headers, body, parameters: c.req.valid('query') }, limits)
  const context = { token: tokenFor(c, principal, instance), emit, signal, deadline: clock.now() + deadlineMs }
  const relayed = await relay(source, context, instance.relay)
  statuses.enter(relayed)
  // The media is there: a status that cannot be had now must not lose it.
  const answer = await statuses.settle(relayed, context, readPreferredWaitMs(c)).catch((error: unknown) => {
    if (error instanceof XMediaError) return relayed
    throw error
  })
  return { ...answer.data, ...errorsOf(answer), ticket: await issueTicket(ticketFor(answer), secret) }

  function ticketFor({ data }: XMediaAnswer) {
    const { id: mediaId, media_key: mediaKey, size, processing_info: processing } = data
    return {
      mediaId,
      subject: principal.subject,
      expiresAt: Math.floor(clock.now() / 1000) + (data.expires_after_secs ?? DEFAULT_EXPIRY_SECS),
      ...(processing === undefined
        ? { done: { ...(mediaKey === undefined ? {} : { mediaKey }), ...(size === undefined ? {} : { size }) } }
        : {}),
    }
  }
}

/** `Prefer: wait=N`: the client would rather wait N seconds than come back. RFC 7240 section 4.3 */
function readPreferredWaitMs(c: Context): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/i.exec(c.req.header('prefer') ?? '')?.[1]
  if (seconds === undefined) return 0
  const granted = Math.min(Number(seconds), MAX_WAIT_SECS)
  c.header('preference-applied', `wait=${granted}`)
  return granted * 1000
}

function errorsOf({ errors }: XMediaAnswer): { errors?: XProblem[] } {
  return errors === undefined ? {} : { errors }
}

function invalidParameter(issues: readonly { path: PropertyKey[]; message: string }[]): XMediaError {
  const [issue] = issues
  const name = String(issue?.path[0] ?? 'query')
  return new XMediaError('invalid_parameter', `The parameter ${name} is not valid: ${issue?.message ?? 'unknown'}.`)
}

function mountPath(c: Context, option: string | ((c: Context) => string) | undefined): string {
  const path = typeof option === 'function' ? option(c) : (option ?? new URL(c.req.url).pathname)
  // One slash in front at most: two would make the path a host.
  return path.replace(/\/+$/, '').replace(/^\/+/, '/')
}
