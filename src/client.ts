import { openReader } from './ingress/byte-reader.ts'
import { possibleCategories } from './ingress/check-media.ts'
import { readDeclaredMedia } from './ingress/media-type.ts'
import { admitAndConsumeQuota, type UploadPolicy } from './ingress/upload-policy.ts'
import { countCharacters } from './lib/count-characters.ts'
import { quote } from './lib/quote.ts'
import { parseClientOptions } from './option-schema.ts'
import type { XMediaClientOptions } from './options.ts'
import { relay, type UploadAnswer } from './relay/relay.ts'
import { MIN_UPLOAD_MEMORY_BYTES } from './relay/segment-plan.ts'
import { createUploader } from './uploader.ts'
import type { CallContext } from './x/call-with-retries.ts'
import { guardListener, type OnEvent } from './x/events.ts'
import { ownerIds } from './x/field-schemas.ts'
import {
  ID_PATTERN,
  isMediaCategory,
  MAX_ADDITIONAL_OWNERS,
  MAX_ALT_TEXT,
  MEDIA_CATEGORIES,
  type MediaCategory,
} from './x/limits.ts'
import type { XMediaAnswer } from './x/media-answer.ts'
import type { SubtitlesDeleteRequest, SubtitlesRequest } from './x/schemas.ts'
import { cacheToken } from './x/token.ts'

/** A file of the app's own. */
export interface MediaSource {
  body: ReadableStream<Uint8Array> | Blob | Uint8Array<ArrayBuffer>
  /**
   * Its media type, by any name that clients use. Default: the type of a `Blob`. The first bytes must match it; if it says
   * little, such as `application/octet-stream`, they decide.
   */
  mediaType?: string
  /** What the media is for. Default: the category that X assumes for such a file. */
  category?: MediaCategory
  /** Size of the file, bytes. Required for a stream: X needs the size before the first byte. */
  totalBytes?: number
  /** Ids of other X users who may use the media, at most 100, each of 1 to 19 digits. */
  additionalOwners?: readonly string[]
  /** Whether the media may be sent in more than one direct message. */
  shared?: boolean
  /** Alternative text, at most 1,000 characters. */
  altText?: string
}

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
  /** Uploads a file; resolves after FINALIZE. Throws an `XMediaError` whose `code` says what went wrong. */
  upload(source: MediaSource, options?: UploadOptions): Promise<UploadAnswer>
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
  const { client, clock, deadlineMs, log, relay: relayOptions, sizeLimits, statuses } = uploader

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

  const transform = settings.media?.transformFor?.({ log, sizeLimits })
  const { readDeclared = readDeclaredMedia, checkSize = sizeLimits.check } = transform ?? {}

  /** The app's own files are not restricted or inspected, and count towards no quota. */
  const policy: UploadPolicy = {
    uploadBytes: sizeLimits.uploadBytes,
    checkCategories() {},
    checkParameters() {},
    checkSize: sizeLimits.check,
    async inspect() {},
    async consumeQuota() {},
  }

  return {
    async upload(source, uploadOptions = {}) {
      const { additionalOwners, altText } = source
      if (source.category !== undefined) checkCategory(source.category)
      const declared = readDeclared(source.mediaType ?? blobType(source.body), source.category)
      const { body, totalBytes } = open(source)
      checkSize(totalBytes, possibleCategories(declared))
      if (altText !== undefined) checkAltText(altText)
      if (additionalOwners !== undefined) checkOwners(additionalOwners)
      const upload = {
        ...{ declared: () => declared, totalBytes, requested: () => source, altText: () => altText },
        body: openReader(body),
        admit: admitAndConsumeQuota(source, policy),
        transform,
        beginInspection: settings.media?.begin,
      }
      const reservation = relayOptions.memory.reserve(MIN_UPLOAD_MEMORY_BYTES)
      const relayed = relay(upload, reservation, contextOf(uploadOptions), relayOptions)
      const { answer, findings } = await relayed.finally(reservation.close)
      statuses.put(answer)
      return { ...answer, ...findings }
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

function open({ body, totalBytes }: MediaSource): { body: ReadableStream<Uint8Array>; totalBytes: number } {
  if (body instanceof ReadableStream) {
    if (totalBytes === undefined)
      throw new TypeError('totalBytes is required for a stream: X needs the size before the first byte')
    return { body, totalBytes: checkTotal(totalBytes) }
  }
  const blob = body instanceof Blob ? body : new Blob([body])
  return { body: blob.stream(), totalBytes: checkTotal(totalBytes ?? blob.size) }
}

function blobType(body: MediaSource['body']): string | null {
  return body instanceof Blob ? body.type : null
}

function checkTotal(totalBytes: number): number {
  if (!Number.isSafeInteger(totalBytes)) throw new TypeError(`totalBytes must be a whole number, not ${totalBytes}`)
  if (totalBytes < 1) throw new RangeError(`totalBytes must be at least 1, not ${totalBytes}`)
  return totalBytes
}

function checkId(mediaId: string): string {
  if (!ID_PATTERN.test(mediaId)) throw new TypeError('A media id is a string of up to 19 digits.')
  return mediaId
}

function checkOwners(ids: readonly string[]): void {
  if (ownerIds.safeParse(ids).success) return
  throw new RangeError(`additionalOwners must be at most ${MAX_ADDITIONAL_OWNERS} user ids of 1 to 19 digits`)
}

function checkCategory(category: string): void {
  if (isMediaCategory(category)) return
  throw new TypeError(`category must be one of ${MEDIA_CATEGORIES.join(', ')}, not ${quote(category)}`)
}

function checkAltText(text: string): string {
  const characters = countCharacters(text)
  if (characters > MAX_ALT_TEXT)
    throw new RangeError(`altText has ${characters} characters; the limit is ${MAX_ALT_TEXT}`)
  return text
}
