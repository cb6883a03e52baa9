import { zValidator } from '@hono/zod-validator'
import type { Handler, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { notFound } from '../errors.ts'
import type { Instance } from '../instance.ts'
import type { Clock } from '../lib/clock.ts'
import { readTicket } from '../status-ticket.ts'
import type { OwnedMedia } from '../store/owners.ts'
import { ID_PATTERN } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type PrincipalEnv, tokenFor } from './authorize.ts'
import { statusEvents, wantsEvents } from './status-events.ts'

type StatusId = { in: { param: { media_id: string } }; out: { param: { media_id: string } } }
type StatusTicket = { in: { query?: { ticket?: string } }; out: { query: { ticket?: string } } }
export type StatusInput = StatusId & StatusTicket

/** A malformed id or ticket gets the same answer as an unknown one. */
function refuse(result: { success: boolean }): void {
  if (!result.success) throw notFound()
}

export const validateStatusId: MiddlewareHandler<PrincipalEnv, string, StatusId> = zValidator(
  'param',
  z.object({ media_id: z.string().check(z.regex(ID_PATTERN)) }),
  refuse,
)

export const validateStatusTicket: MiddlewareHandler<PrincipalEnv, string, StatusTicket> = zValidator(
  'query',
  z.object({ ticket: z.exactOptional(z.string().check(z.maxLength(1024))) }),
  refuse,
)

/**
 * Sends X's status of a media, once or as it changes, to the subject that uploaded it: with its ticket, or without one where
 * a store remembers the owner.
 */
export function mediaStatus(instance: Instance): Handler<PrincipalEnv, string, StatusInput> {
  const { clock, owners, statuses } = instance

  return async function mediaStatus(c) {
    const { media_id: mediaId } = c.req.valid('param')
    const principal = c.var.xMediaPrincipal
    const { subject } = principal
    const { ticket } = c.req.valid('query')
    const owned =
      ticket === undefined
        ? await owners?.find(mediaId, subject)
        : await readTicket(ticket, { mediaId, subject }, c.var.xMediaKeys, clock)
    if (owned === undefined) throw notFound()
    const context = { token: tokenFor(c, principal, instance.token), emit: c.var.xMediaObserver.emit }
    const status = owned.done ? doneStatus(mediaId, owned, owned.done, clock) : await statuses.read(mediaId, context)
    c.header('vary', 'accept', { append: true })
    return wantsEvents(c) ? statusEvents(c, status, context, instance) : c.json(status)
  }
}

/** X answers 400 for media it does not process (https://github.com/xdevplatform/xurl/issues/18), so we answer for it. */
function doneStatus(
  mediaId: string,
  { expiresAt }: OwnedMedia,
  { mediaKey, size }: NonNullable<OwnedMedia['done']>,
  clock: Clock,
): XMediaAnswer {
  return {
    data: {
      id: mediaId,
      ...(mediaKey === undefined ? {} : { media_key: mediaKey }),
      ...(size === undefined ? {} : { size }),
      expires_after_secs: Math.max(0, expiresAt - Math.floor(clock.now() / 1000)),
      processing_info: { state: 'succeeded', progress_percent: 100 },
    },
  }
}
