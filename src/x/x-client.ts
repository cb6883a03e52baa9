import { XMediaError } from '../errors.ts'
import { type CallContext, createXCall, type XCallOptions } from './call-with-retries.ts'
import { commandDialect } from './dialects/command.ts'
import { addSubtitles, deleteSubtitles, setMetadata, upload } from './dialects/common.ts'
import type { DialectName, InitializeParameters, Multipart } from './dialects/dialect.ts'
import { resourceDialect } from './dialects/resource.ts'
import { isProcessed, type MediaCategory } from './limits.ts'
import { readMedia, type XMediaAnswer } from './media-answer.ts'
import type { MetadataRequest, SubtitlesDeleteRequest, SubtitlesRequest } from './schemas.ts'

export interface XClientOptions extends XCallOptions {
  dialect: DialectName
}

/** X's media API, one method for each step. Calls are retried, and get a new token when X refuses theirs. */
export interface XClient {
  initialize(parameters: InitializeParameters, context: CallContext): Promise<XMediaAnswer>
  append(mediaId: string, multipart: Multipart, context: CallContext): Promise<void>
  /** Set `again` when an earlier FINALIZE may have succeeded. */
  finalize(
    mediaId: string,
    category: MediaCategory,
    context: CallContext,
    options?: { again: boolean },
  ): Promise<XMediaAnswer>
  status(mediaId: string, context: CallContext): Promise<XMediaAnswer>
  /** Uploads a whole file in one call. */
  upload(multipart: Multipart, context: CallContext): Promise<XMediaAnswer>
  setMetadata(request: MetadataRequest, context: CallContext): Promise<void>
  addSubtitles(request: SubtitlesRequest, context: CallContext): Promise<void>
  deleteSubtitles(request: SubtitlesDeleteRequest, context: CallContext): Promise<void>
}

export function createXClient(options: XClientOptions): XClient {
  const call = createXCall(options)
  const dialect = options.dialect === 'command' ? commandDialect : resourceDialect

  const client: XClient = {
    // Safe to retry: an upload that X opened without our knowing stays empty and expires.
    async initialize(parameters, context) {
      const answer = readMedia(await call(dialect.initialize(parameters), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X’s response to INIT has no media id.')
      return answer
    },

    // Safe to retry: the same index carries the same bytes. X is known to answer 200, 202 and 204; any 2xx will do.
    async append(mediaId, multipart, context) {
      await call(dialect.append(mediaId, multipart), context)
    },

    // Safe to retry: X has acknowledged every byte. When a retry is refused, an earlier attempt may have succeeded.
    // STATUS tells, but only for media that X processes: https://github.com/xdevplatform/xurl/issues/18
    async finalize(mediaId, category, context, { again = false } = { again: false }) {
      let mayBeFinalized = again
      try {
        const response = await call(dialect.finalize(mediaId), context, ({ code }) => {
          mayBeFinalized ||= code === 'x_unavailable'
        })
        return readMedia(response) ?? answerToEmptyFinalize(mediaId, category)
      } catch (error) {
        const isRefused = error instanceof XMediaError && error.code === 'x_rejected_media'
        if (isRefused && mayBeFinalized && isProcessed(category)) {
          return await client.status(mediaId, context).catch(() => {
            throw error
          })
        }
        throw error
      }
    },

    async status(mediaId, context) {
      const answer = readMedia(await call(dialect.status(mediaId), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X’s status response has no media.')
      return answer
    },

    // Safe to retry: a media that X created without our knowing is never used and expires.
    async upload(multipart, context) {
      const answer = readMedia(await call(upload(multipart), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X’s response to the upload has no media id.')
      return answer
    },

    // The following calls are safe to retry: they set a state, so a second one changes nothing.
    async setMetadata(request, context) {
      await call(setMetadata(request), context)
    },
    async addSubtitles(request, context) {
      await call(addSubtitles(request), context)
    },
    async deleteSubtitles(request, context) {
      await call(deleteSubtitles(request), context)
    },
  }
  return client
}

/** Stands in for an empty response to FINALIZE. Media that X processes may not be ready, so the status must be polled. */
function answerToEmptyFinalize(id: string, category: MediaCategory): XMediaAnswer {
  return {
    data: { id, ...(isProcessed(category) ? { processing_info: { state: 'pending', check_after_secs: 1 } } : {}) },
  }
}
