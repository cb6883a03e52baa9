import type { MediaFacts } from '../media-facts.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { XMedia } from '../x/schemas.ts'
import type { UploadWarning } from './server-answer.ts'
import type { UploadStorage } from './storage.ts'
import type { XMediaUploadError } from './upload-error.ts'

/** How to reach the server. */
export interface ConnectionOptions {
  /** The URL of the mount, such as `/media`. Outside a page or worker it needs a host. */
  endpoint: string
  /**
   * Headers of every request, such as `Authorization`. A function is called before each, so a token may be renewed. If it
   * throws, the upload tries again later, as after a lost connection, unless it throws an `XMediaUploadError`.
   */
  headers?: HeaderValues | (() => HeaderValues | Promise<HeaderValues>)
  /** Which cookies to send. Default `same-origin`; a server of another origin needs `include`. */
  credentials?: RequestCredentials
  /** Sends the requests. Default: the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<ResponseLike>
}

/** As much of a `Response` as is needed. React Native's has no `body`. */
export interface ResponseLike extends Pick<Response, 'ok' | 'status' | 'headers' | 'text'> {
  body?: Response['body']
}

/** Headers by name. */
export type HeaderValues = Readonly<Record<string, string>>

/** What the upload reports while it runs. */
export interface UploadCallbacks {
  /** Aborts the upload, as `abort()` does. */
  signal?: AbortSignal
  /** Called on every change. */
  onProgress?: (progress: UploadProgress) => void
  /** Called for what went wrong although X has the file, such as alternative text that X did not accept. */
  onWarning?: (warning: UploadWarning) => void
}

/** What to ask X for. */
export interface MediaParameters {
  /** Alternative text, at most 1,000 characters. */
  altText?: string
  /** What the media is for. Default: the category that X assumes for such a file. */
  category?: MediaCategory
  /** The media type. Default: the type of the file; if there is none, the server tells it by the first bytes. */
  mediaType?: string
  /** Whether the media may be sent in more than one direct message. The server must allow it. */
  shared?: boolean
  /** Ids of other X users who may use the media. The server must allow it. */
  additionalOwners?: readonly string[]
}

/** How an upload survives failures. */
export interface ResilienceOptions {
  /**
   * The largest file to send in one request, bytes. A larger one is sent in chunks that survive interruptions, if the
   * server has resumable uploads. Default 4 MiB, a segment of the server.
   */
  plainBytes?: number
  /** How long to keep trying without any progress, milliseconds. The time offline or paused does not count. Default 600,000. */
  giveUpAfterMs?: number
  /** Where an upload is remembered, so that it can continue after a reload. Default: IndexedDB where there is one. */
  storage?: UploadStorage | null
  /**
   * The largest file to keep in the storage until its upload has ended, bytes. After a reload, the page must ask for a
   * larger one again. Default 64 MiB; 0 keeps none.
   */
  keepFileBytes?: number
  /**
   * Whether to remember an upload that has finished too, until `forget()`: for a post that is still being written. After a
   * reload it is among the `interruptedUploads`, and X has its media already. Default false.
   */
  keepFinished?: boolean
}

/** The options of `uploadMedia`. */
export interface UploadMediaOptions extends ConnectionOptions, MediaParameters, ResilienceOptions, UploadCallbacks {}

/**
 * `uploading` until X has every byte, `processing` until X can use the media, then `done`. An aborted upload has `failed`.
 */
export type UploadState = 'uploading' | 'paused' | 'processing' | 'done' | 'failed'

/** How far an upload is: first the bytes that X has acknowledged, then how far X has processed them. */
export interface UploadProgress {
  state: UploadState
  /** Bytes of the file that X has acknowledged. A file that is sent in one request counts when it has arrived. */
  acknowledgedBytes: number
  /** Size of the file, bytes. */
  totalBytes: number
  /** How far X has processed the media, 0 to 100. Undefined before X says so; X processes only GIFs and videos. */
  processingPercent: number | undefined
  /** Seconds until this stage ends, by its pace so far. Undefined while that is unknown. */
  remainingSecs: number | undefined
  /** Why the upload waits at the moment. It continues by itself. */
  interruption: XMediaUploadError | undefined
}

/** A media that X can use. */
export interface FinishedMedia {
  /** Its id for a post. Ids can exceed 2^53, so they are strings. */
  id: string
  mediaKey: string | undefined
  /** When X forgets the media unless it is used, milliseconds since the epoch. */
  expiresAt: number | undefined
  /** What the server found out about the file, if it looks. */
  facts: MediaFacts | undefined
  /** X's own description of the media. */
  data: XMedia
}

/** In which language subtitles are. */
export interface SubtitlesOptions {
  /** The two letters of the language, such as `EN`. */
  language: string
  /** The name of the language, for viewers. */
  name?: string
}

/** What can be added to a media once X has it. */
export interface Additions {
  /**
   * Replaces the alternative text, at most 1,000 characters. Resolves when X has it, which may be after the upload: it waits
   * for X to have the file. It is not remembered for after a reload.
   */
  setAltText(text: string): Promise<void>
  /** Adds subtitles, a WebVTT or SubRip file, to a video, in place of those of the same language. Waits as `setAltText` does. */
  addSubtitles(file: Blob, options: SubtitlesOptions): Promise<void>
}

/** An upload that runs: a promise of the media, which can be paused and aborted. Rejects with an `XMediaUploadError`. */
export interface MediaUpload extends Promise<FinishedMedia>, Additions {
  readonly state: UploadState
  readonly progress: UploadProgress
  /** Stops sending until `resume()`. A file that is sent in one request starts again then. X's processing goes on. */
  pause(): void
  resume(): void
  /** Ends the upload for good: it is forgotten here and on the server, and the promise rejects with `aborted`. */
  abort(): void
  /** Forgets an upload that `keepFinished` remembers, once it has ended. X keeps the media. */
  forget(): Promise<void>
}
