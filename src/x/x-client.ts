import { XMediaError } from '../errors.ts'
import { type CallContext, createXCall, type XCallOptions } from './call-with-retries.ts'
import { commandDialect } from './dialects/command.ts'
import { addSubtitles, deleteSubtitles, setMetadata, upload } from './dialects/common.ts'
import type { DialectName, InitializeParameters, Multipart } from './dialects/dialect.ts'
import { resourceDialect } from './dialects/resource.ts'
import { isRejectedByX, UnreadableResponse } from './failure.ts'
import { isProcessed, type MediaCategory } from './limits.ts'
import { readMedia, readMediaWithId, type XMediaAnswer } from './media-answer.ts'
import type { MetadataRequest, SubtitlesDeleteRequest, SubtitlesRequest, SubtitleTrack } from './schemas.ts'
import { readTrack } from './subtitle-answer.ts'
import type { ReadResponse, XResponse } from './transport.ts'

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
  /** Resolves with the track as X has it, or as it was sent if X does not say. */
  addSubtitles(request: SubtitlesRequest, context: CallContext): Promise<SubtitleTrack>
  deleteSubtitles(request: SubtitlesDeleteRequest, context: CallContext): Promise<void>
}

export function createXClient(options: XClientOptions): XClient {
  const call = createXCall(options)
  const dialect = options.dialect === 'command' ? commandDialect : resourceDialect

  const client: XClient = {
    // Safe to retry: an upload that X opened without our knowing stays empty and expires.
    async initialize(parameters, context) {
      return await call(dialect.initialize(parameters), context, readMedia)
    },

    // Safe to retry: the same index carries the same bytes. X is known to answer 200, 202 and 204; any 2xx will do.
    async append(mediaId, multipart, context) {
      await call(dialect.append(mediaId, multipart), context, anyResponse)
    },

    // Safe to retry: X has acknowledged every byte. When a retry is refused, or X's answer cannot be read, the media may
    // be finalized. STATUS tells, but only for media that X processes: https://github.com/xdevplatform/xurl/issues/18
    async finalize(mediaId, category, context, { again = false } = { again: false }) {
      let mayBeFinalized = again
      try {
        return await call(dialect.finalize(mediaId), context, readFinalized(mediaId, category), ({ code }) => {
          mayBeFinalized ||= code === 'x_unavailable'
        })
      } catch (error) {
        const refusal = error instanceof UnreadableResponse ? unconfirmed(error) : error
        mayBeFinalized ||= error instanceof UnreadableResponse
        if (!isRejectedByX(refusal) || !mayBeFinalized || !isProcessed(category)) throw refusal
        return await client.status(mediaId, context).catch((statusError: unknown) => {
          throw isRejectedByX(statusError) ? refusal : statusError
        })
      }
    },

    async status(mediaId, context) {
      return await call(dialect.status(mediaId), context, readMediaWithId(mediaId))
    },

    // Safe to retry: a media that X created without our knowing is never used and expires.
    async upload(multipart, context) {
      return await call(upload(multipart), context, readMedia)
    },

    // The following calls are safe to retry: they set a state, so a second one changes nothing.
    async setMetadata(request, context) {
      await call(setMetadata(request), context, anyResponse)
    },
    async addSubtitles(request, context) {
      const { subtitles } = request
      const read = (response: XResponse) => readTrack(response, subtitles) ?? subtitles
      return await call(addSubtitles(request), context, read)
    },
    async deleteSubtitles(request, context) {
      await call(deleteSubtitles(request), context, anyResponse)
    },
  }
  return client
}

/** For calls whose status says everything. */
const anyResponse = (response: XResponse) => response

/** Only a response that is empty as a whole may count as a success without the media's id. */
function readFinalized(mediaId: string, category: MediaCategory): ReadResponse<XMediaAnswer> {
  const read = readMediaWithId(mediaId)
  return (response) => (response.isEmpty ? answerToEmptyFinalize(mediaId, category) : read(response))
}

/** What an upload ends with when nothing shows that X has finalized it. */
function unconfirmed(cause: UnreadableResponse): XMediaError {
  return new XMediaError('x_rejected_media', 'X has not confirmed the upload. Upload the file again.', { cause })
}

/** Stands in for an empty response to FINALIZE. Media that X processes may not be ready, so the status must be polled. */
function answerToEmptyFinalize(id: string, category: MediaCategory): XMediaAnswer {
  return {
    data: { id, ...(isProcessed(category) ? { processing_info: { state: 'pending', check_after_secs: 1 } } : {}) },
  }
}
