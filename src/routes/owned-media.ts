import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { notFound } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { readTicket } from '../status-ticket.ts'
import type { OwnedMedia } from '../store/owners.ts'
import { ID_PATTERN } from '../x/limits.ts'
import type { PrincipalEnv } from './authorize.ts'

/** A media that the request's subject has uploaded. */
export type NamedMedia = OwnedMedia & { mediaId: string }

/** How a request names a media, and the media itself. */
export type OwnedMediaInput = {
  in: { param: { media_id: string }; query?: { ticket?: string } }
  out: { param: NamedMedia }
}

const MAX_TICKET = 1024

/**
 * Finds the media that a request names: by its ticket, or without one where a store remembers the owner. A malformed id or
 * ticket gets the same answer as an unknown one.
 */
export function requireOwnMedia({
  clock,
  owners,
}: Pick<Instance, 'clock' | 'owners'>): MiddlewareHandler<PrincipalEnv, string, OwnedMediaInput> {
  return createMiddleware<PrincipalEnv, string, OwnedMediaInput>(async function requireOwnMedia(c, next) {
    const mediaId = c.req.param('media_id') ?? ''
    const ticket = c.req.query('ticket')
    const { subject } = c.var.xMediaPrincipal
    if (!ID_PATTERN.test(mediaId) || (ticket && ticket.length > MAX_TICKET)) throw notFound()
    const owned =
      ticket === undefined
        ? await owners?.find(mediaId, subject)
        : await readTicket(ticket, { mediaId, subject }, c.var.xMediaKeys, clock)
    if (owned === undefined) throw notFound()
    c.req.addValidatedData('param', { ...owned, mediaId })
    return next()
  })
}
