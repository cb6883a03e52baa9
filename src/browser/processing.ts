import type { XMedia } from '../x/schemas.ts'
import { problemError } from './connection.ts'
import { canReadStreams, type ServerEvent } from './event-stream.ts'
import type { ServerAnswer } from './server-answer.ts'
import { XMediaUploadError } from './upload-error.ts'
import type { UploadJob } from './upload-job.ts'
import { wait } from './waiting.ts'

/** How often to listen to events before asking from time to time instead. */
const MAX_STREAMS = 3

/** X's usual pause between two questions, seconds. */
const CHECK_AFTER_SECS = 1

/** Follows X's processing, over several attempts. */
export interface Follower {
  /** Resolves when X can use the media. Throws `processing_failed`. */
  follow(statusUrl: string, first: ServerAnswer, signal: AbortSignal): Promise<XMedia>
}

/**
 * Follows processing by events where responses can be read while they arrive, and by asking again where they cannot, or
 * where streams keep breaking.
 */
export function createFollower({ connection, tracker }: Pick<UploadJob, 'connection' | 'tracker'>): Follower {
  let streamsLeft = canReadStreams() ? MAX_STREAMS : 0

  /** Listens until the stream ends. Resolves to the last status in it. */
  async function listen(statusUrl: string, before: XMedia, signal: AbortSignal): Promise<XMedia> {
    let latest = before
    await connection.listen(statusUrl, signal, ({ name, data }: ServerEvent) => {
      if (name === 'error') throw problemError(data)
      if (name !== 'status') return false
      const answer: ServerAnswer = JSON.parse(data)
      latest = answer.data
      return report(latest)
    })
    return latest
  }

  async function ask(statusUrl: string, before: XMedia, signal: AbortSignal): Promise<XMedia> {
    const secs = Math.max(CHECK_AFTER_SECS, before.processing_info?.check_after_secs ?? 0)
    await wait(secs * 1000, signal)
    const request = { method: 'GET', url: statusUrl, headers: { accept: 'application/json' } }
    const { media } = await connection.send(request, signal)
    if (media) return media.data
    throw new XMediaUploadError('unexpected_response', { detail: 'The response has no media.' })
  }

  /** Reports how far X is, and returns whether it has finished. */
  function report({ processing_info: info }: XMedia): boolean {
    if (info?.error || info?.state === 'failed') {
      throw new XMediaUploadError('processing_failed', { detail: info.error?.message })
    }
    const isFinished = info === undefined || info.state === 'succeeded'
    if (!isFinished) tracker.processed(info.progress_percent)
    return isFinished
  }

  return {
    async follow(statusUrl, first, signal) {
      let media = first.data
      while (!report(media)) {
        if (streamsLeft > 0) {
          streamsLeft--
          media = await listen(statusUrl, media, signal)
        } else media = await ask(statusUrl, media, signal)
      }
      return media
    },
  }
}
