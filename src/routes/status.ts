import type { Handler } from 'hono'
import type { Instance } from '../instance.ts'
import type { Clock } from '../lib/clock.ts'
import type { OwnedMedia } from '../store/owners.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type PrincipalEnv, tokenFor } from './authorize.ts'
import type { NamedMedia, OwnedMediaInput } from './owned-media.ts'
import { statusEvents, wantsEvents } from './status-events.ts'

/** Sends X's status of a media, once or as it changes, to the subject that uploaded it. */
export function mediaStatus(instance: Instance): Handler<PrincipalEnv, string, OwnedMediaInput> {
  const { clock, statuses } = instance

  return async function mediaStatus(c) {
    const owned = c.req.valid('param')
    const principal = c.var.xMediaPrincipal
    const { mediaId, done } = owned
    const context = { token: tokenFor(c, principal, instance.token), emit: c.var.xMediaObserver.emit }
    const status = done ? doneStatus(owned, done, clock) : await statuses.read(mediaId, context)
    c.header('vary', 'accept', { append: true })
    return wantsEvents(c) ? statusEvents(c, status, context, instance) : c.json(status)
  }
}

/** X answers 400 for media it does not process (https://github.com/xdevplatform/xurl/issues/18), so we answer for it. */
function doneStatus(
  { mediaId, expiresAt }: NamedMedia,
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
