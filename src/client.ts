import { checkAltText, type MediaUpload } from './media-upload.ts'
import { parseClientOptions } from './option-schema.ts'
import type { XMediaClientOptions } from './options.ts'
import type { UploadAnswer } from './relay/relay.ts'
import { createUploadFile } from './upload-file.ts'
import { createUploader } from './uploader.ts'
import { createCallScope } from './x/call-scope.ts'
import type { CallContext } from './x/call-with-retries.ts'
import type { OnEvent } from './x/events.ts'
import { ID_PATTERN } from './x/limits.ts'
import type { XMediaAnswer } from './x/media-answer.ts'
import type { SubtitlesDeleteRequest, SubtitlesRequest } from './x/schemas.ts'
import { cacheToken } from './x/token.ts'

/** The options of every call. */
export interface CallOptions {
  /** Ends the call, with `client_closed`. */
  signal?: AbortSignal
  /** What events and the log call this call: the id of the request that it is for, if there is one. Default: a new id. */
  requestId?: string
}

/** The options of `upload`. */
export interface UploadOptions extends CallOptions {
  /** Called with everything that happens to this upload, after the client's own `onEvent`. */
  onEvent?: OnEvent
}

/** The options of `settle`. */
export interface SettleOptions extends UploadOptions {
  /** How long to keep asking, milliseconds. Default 600,000, ten minutes. */
  timeoutMs?: number
}

/** Uploads from an app's own handlers and jobs, with the same guarantees as over HTTP. */
export interface XMediaClient {
  /**
   * Uploads a file; resolves after FINALIZE. Throws an `XMediaError` whose `code` says what went wrong: `source_unavailable`
   * if the source cannot be read, `source_changed` if it is no longer the file that the upload began with.
   */
  upload(upload: MediaUpload, options?: UploadOptions): Promise<UploadAnswer>
  /** Asks X for a media's status. X has none for images: those of other clients throw `x_rejected_media`. */
  status(mediaId: string, options?: CallOptions): Promise<XMediaAnswer>
  /**
   * Asks for the status until processing has ended or `timeoutMs` is over. Failed processing does not throw: look at
   * `processing_info`.
   */
  settle(answer: XMediaAnswer, options?: SettleOptions): Promise<XMediaAnswer>
  /** Sets alternative text. */
  metadata(mediaId: string, metadata: { altText: string }, options?: CallOptions): Promise<void>
  subtitles: {
    /** Adds an uploaded subtitle file to a video. */
    add(request: SubtitlesRequest, options?: CallOptions): Promise<void>
    /** Removes a language from a video. */
    remove(request: SubtitlesDeleteRequest, options?: CallOptions): Promise<void>
  }
}

/** Throws one `TypeError` that lists everything wrong with the options. */
export function createXMedia(options: XMediaClientOptions): XMediaClient {
  const settings = parseClientOptions(options)
  const { token } = settings
  const uploader = createUploader(settings)
  const { client, clock, deadlineMs, statuses } = uploader
  const uploadFile = createUploadFile(uploader, settings)

  /** Does the work of a call, which its events and the log name. */
  async function observed<Result>(
    { signal, onEvent, requestId = crypto.randomUUID() }: UploadOptions,
    work: (context: CallContext) => Promise<Result>,
    subject?: string,
  ): Promise<Result> {
    const { emit, refuse, watchTokens } = uploader.observe({ requestId, subject, onEvent })
    const cached = cacheToken(watchTokens(typeof token === 'string' ? () => token : token))
    try {
      return await work({ token: cached, deadline: clock.now() + deadlineMs, signal, emit })
    } catch (error) {
      refuse(error)
      throw error
    }
  }

  async function uploadWithin(upload: MediaUpload, context: CallContext): Promise<UploadAnswer> {
    const scope = createCallScope(context, clock)
    try {
      const { answer, findings } = await uploadFile(upload, scope)
      statuses.put(answer)
      return { ...answer, ...findings }
    } finally {
      scope.dispose()
    }
  }

  return {
    upload: async (upload, options = {}) =>
      await observed(options, (context) => uploadWithin(upload, context), upload.subject),
    status: async (mediaId, options = {}) =>
      await observed(options, async (context) => await statuses.read(checkId(mediaId), context)),
    settle: async (answer, options = {}) =>
      await observed(options, (context) => statuses.settle(answer, context, options.timeoutMs ?? 600_000)),
    metadata: async (mediaId, { altText }, options = {}) =>
      await observed(options, async (context) => {
        const metadata = { alt_text: { text: checkAltText(altText) } }
        await client.setMetadata({ id: checkId(mediaId), metadata }, context)
      }),
    subtitles: {
      add: async (request, options = {}) =>
        await observed(options, async (context) => {
          await client.addSubtitles(request, context)
        }),
      remove: async (request, options = {}) =>
        await observed(options, (context) => client.deleteSubtitles(request, context)),
    },
  }
}

function checkId(mediaId: string): string {
  if (!ID_PATTERN.test(mediaId)) throw new TypeError('A media id is a string of up to 19 digits.')
  return mediaId
}
