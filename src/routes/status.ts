import { zValidator } from '@hono/zod-validator'
import type { Handler, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../options.ts'
import { notFound, problemResponse } from '../problem.ts'
import type { OwnedMedia } from '../store/owners.ts'
import { readTicket } from '../ticket.ts'
import { ID_PATTERN } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type PrincipalEnv, secretFor, tokenFor } from './authorize.ts'
import { statusEvents, wantsEvents } from './status-events.ts'

export type StatusId = { in: { param: { media_id: string } }; out: { param: { media_id: string } } }
export type StatusTicket = { in: { query: { ticket?: string } }; out: { query: { ticket?: string } } }

/** What is wrong with an id or a ticket is not told: the answer is that of an unknown id. */
const refuse = (result: { success: boolean }): Response | undefined =>
  result.success ? undefined : problemResponse(notFound())

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

/** Answers with X's status of a media, once or as it changes, to the subject that uploaded it: who holds its ticket, or whom a store remembers. */
export function mediaStatus(instance: Instance): Handler<PrincipalEnv, string, StatusId & StatusTicket> {
  const { owners, statuses, emit } = instance

  return async function mediaStatus(c) {
    const { media_id: mediaId } = c.req.valid('param')
    const principal = c.var.xMediaPrincipal
    const { subject } = principal
    const { ticket } = c.req.valid('query')
    try {
      const known =
        ticket === undefined
          ? await owners?.find(mediaId, subject)
          : await readTicket(ticket, mediaId, subject, secretFor(c, instance))
      if (known === undefined) throw notFound()
      const { done } = known
      const token = tokenFor(c, principal, instance)
      const read = async () =>
        done ? doneStatus(mediaId, known, done, instance) : await statuses.read(mediaId, { token, emit })
      const answer = await read()
      if (wantsEvents(c)) return statusEvents(c, answer, read, instance)
      c.header('cache-control', 'no-store')
      c.header('vary', 'accept', { append: true })
      return c.json(answer)
    } catch (error) {
      if (error instanceof XMediaError) return problemResponse(error)
      throw error
    }
  }
}

/** X answers 400 for media it does not process: https://github.com/xdevplatform/xurl/issues/18. Ticket and store know. */
function doneStatus(
  mediaId: string,
  { expiresAt }: OwnedMedia,
  { mediaKey, size }: NonNullable<OwnedMedia['done']>,
  { clock }: Instance,
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
