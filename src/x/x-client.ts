import { XMediaError } from '../errors.ts'
import { type CallContext, type CallOptions, createCall } from './call.ts'
import { commandDialect } from './dialects/command.ts'
import { addSubtitles, deleteSubtitles, setMetadata, upload } from './dialects/common.ts'
import type { DialectName, InitializeParameters, Multipart } from './dialects/dialect.ts'
import { resourceDialect } from './dialects/resource.ts'
import { isProcessed, type MediaCategory } from './limits.ts'
import { readMedia, type XMediaAnswer } from './media-answer.ts'
import type { MetadataRequest, SubtitlesDeleteRequest, SubtitlesRequest } from './schemas.ts'

export interface XClientOptions extends CallOptions {
  dialect: DialectName
}

/** X's media API, one method a step, with retries and tokens taken care of. */
export interface XClient {
  initialize(parameters: InitializeParameters, context: CallContext): Promise<XMediaAnswer>
  append(mediaId: string, multipart: Multipart, context: CallContext): Promise<void>
  /** `again`: an earlier FINALIZE may have been carried out. */
  finalize(
    mediaId: string,
    category: MediaCategory,
    context: CallContext,
    options?: { again: boolean },
  ): Promise<XMediaAnswer>
  status(mediaId: string, context: CallContext): Promise<XMediaAnswer>
  /** A whole file in one call. */
  upload(multipart: Multipart, context: CallContext): Promise<XMediaAnswer>
  setMetadata(request: MetadataRequest, context: CallContext): Promise<void>
  addSubtitles(request: SubtitlesRequest, context: CallContext): Promise<void>
  deleteSubtitles(request: SubtitlesDeleteRequest, context: CallContext): Promise<void>
}

export function createXClient(options: XClientOptions): XClient {
  const call = createCall(options)
  const dialect = options.dialect === 'command' ? commandDialect : resourceDialect

  const client: XClient = {
    // Repeating is safe: a session that was opened without our knowing stays empty and expires.
    async initialize(parameters, context) {
      const answer = readMedia(await call(dialect.initialize(parameters), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X opened an upload without naming its id.')
      return answer
    },

    // Repeating is safe: the same bytes under the same index. Any 2xx will do: X is known to answer 200, 202 and 204.
    async append(mediaId, multipart, context) {
      await call(dialect.append(mediaId, multipart), context)
    },

    // Repeating is safe: every byte is acknowledged, so a second FINALIZE can only be answered or refused. A refusal
    // after a try whose fate is unknown may mean that the earlier one was carried out, which STATUS tells, but only
    // for media that X processes: for images it answers 400 (https://github.com/xdevplatform/xurl/issues/18).
    async finalize(mediaId, category, context, { again = false } = { again: false }) {
      let uncertain = again
      try {
        const answer = await call(dialect.finalize(mediaId), context, ({ error }) => {
          uncertain ||= error.code === 'x_unavailable'
          return true
        })
        return readMedia(answer) ?? unread(mediaId, category)
      } catch (error) {
        const refused = error instanceof XMediaError && error.code === 'x_rejected_media'
        if (refused && uncertain && isProcessed(category)) {
          return await client.status(mediaId, context).catch(() => {
            throw error
          })
        }
        throw error
      }
    },

    async status(mediaId, context) {
      const answer = readMedia(await call(dialect.status(mediaId), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X answered a status question without a media.')
      return answer
    },

    // Repeating is safe: a media that was made without our knowing is never used and expires.
    async upload(multipart, context) {
      const answer = readMedia(await call(upload(multipart), context))
      if (answer === undefined) throw new XMediaError('x_unavailable', 'X took a file without naming its id.')
      return answer
    },

    // Repeating these is safe: each says what shall be, not what to add.
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

/** What an empty answer to FINALIZE leaves open: media that X processes may not be ready, so its status must be asked. */
function unread(id: string, category: MediaCategory): XMediaAnswer {
  return {
    data: { id, ...(isProcessed(category) ? { processing_info: { state: 'pending', check_after_secs: 1 } } : {}) },
  }
}
