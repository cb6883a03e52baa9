import { checkAltText, type MediaUpload } from './media-upload.ts'
import { parseClientOptions } from './option-schema.ts'
import type { XMediaClientOptions } from './options.ts'
import type { UploadAnswer } from './relay/relay.ts'
import { createUploadFile } from './upload-file.ts'
import { createUploader } from './uploader.ts'
import { createCallScope } from './x/call-scope.ts'
import type { CallContext } from './x/call-with-retries.ts'
import { guardListener, type OnEvent } from './x/events.ts'
import { ID_PATTERN } from './x/limits.ts'
import type { XMediaAnswer } from './x/media-answer.ts'
import type { SubtitlesDeleteRequest, SubtitlesRequest } from './x/schemas.ts'
import { cacheToken } from './x/token.ts'

/** The options of every call. */
export interface CallOptions {
  /** Ends the call, with `client_closed`. */
  signal?: AbortSignal
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
  const { client, clock, deadlineMs, log, statuses } = uploader
  const uploadFile = createUploadFile(uploader, settings)

  function contextOf({ signal, onEvent }: UploadOptions): CallContext {
    const listener = onEvent && guardListener(onEvent, log)
    return {
      token: cacheToken(typeof token === 'string' ? () => token : token),
      deadline: clock.now() + deadlineMs,
      signal,
      emit(event) {
        uploader.emit(event)
        listener?.({ at: clock.now(), ...event })
      },
    }
  }

  return {
    async upload(upload, uploadOptions = {}) {
      const scope = createCallScope(contextOf(uploadOptions), clock)
      try {
        const { answer, findings } = await uploadFile(upload, scope)
        statuses.put(answer)
        return { ...answer, ...findings }
      } finally {
        scope.dispose()
      }
    },
    status: async (mediaId, callOptions = {}) => await statuses.read(checkId(mediaId), contextOf(callOptions)),
    settle: async (answer, settleOptions = {}) =>
      await statuses.settle(answer, contextOf(settleOptions), settleOptions.timeoutMs ?? 600_000),
    async metadata(mediaId, { altText }, callOptions = {}) {
      const metadata = { alt_text: { text: checkAltText(altText) } }
      await client.setMetadata({ id: checkId(mediaId), metadata }, contextOf(callOptions))
    },
    subtitles: {
      async add(request, callOptions = {}) {
        await client.addSubtitles(request, contextOf(callOptions))
      },
      remove: async (request, callOptions = {}) => await client.deleteSubtitles(request, contextOf(callOptions)),
    },
  }
}

function checkId(mediaId: string): string {
  if (!ID_PATTERN.test(mediaId)) throw new TypeError('A media id is a string of up to 19 digits.')
  return mediaId
}
