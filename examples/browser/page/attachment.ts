/** One file of the post: what is known of it, and its upload. */

import type {
  FinishedMedia,
  MediaUpload,
  UploadMediaOptions,
  UploadProgress,
  UploadWarning,
} from '../../../src/browser/index.ts'
import type { FileKind, InspectedFile } from './inspect-file.ts'
import { createSubtitles, type Subtitles } from './subtitles.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export type Stage = 'uploading' | 'paused' | 'processing' | 'ready' | 'failed' | 'file needed'

/** Starts an upload, or continues one. */
export type StartUpload = (callbacks: Pick<UploadMediaOptions, 'onProgress' | 'onWarning'>, file?: File) => MediaUpload

/** What is known of an attachment at first. */
export interface NewAttachment extends Partial<Omit<InspectedFile, 'kind'>> {
  kind: FileKind
  name: string
  size: number
  /** Undefined after a reload, if the file was not kept. */
  file: Blob | undefined
  /** Whether the page must ask for the file. */
  needsFile?: boolean
  altText?: string
  /** Starts the upload, or continues one from before a reload. */
  start: StartUpload
  /** Ends an upload that has not been started here. */
  discard?: () => void
}

export interface Attachment {
  readonly name: string
  readonly size: number
  readonly kind: FileKind
  readonly facts: InspectedFile['facts']
  readonly file: Blob | undefined
  readonly stage: Stage
  readonly progress: UploadProgress | undefined
  readonly warnings: readonly string[]
  readonly trouble: Trouble | undefined
  readonly media: FinishedMedia | undefined
  readonly altText: string
  /** Whether X has the alternative text. */
  readonly altTextState: 'saved' | 'saving' | 'failed' | 'too long'
  readonly subtitles: Omit<Subtitles, 'follow'>
  /** Starts the upload, or starts it again. @param file Where the page has asked for it. */
  begin(file?: File): void
  /** Shows an upload that has been started for it. Its callbacks must call `report` and `warn`. */
  follow(upload: MediaUpload): void
  report(progress: UploadProgress): void
  warn(warning: UploadWarning): void
  pause(): void
  resume(): void
  /** Ends the upload for good, or forgets it. */
  discard(): void
  describe(text: string): void
}

/** The longest description, in characters. */
export const MAX_ALT_TEXT = 1000
/** How long to wait for the next letter of a description, milliseconds. */
const PAUSE_MS = 800

/** @param onChange Called on every change. */
export function createAttachment(given: NewAttachment, onChange: () => void): Attachment {
  const { name, size, kind, facts } = given
  let { file } = given
  let stage: Stage = given.needsFile ? 'file needed' : 'uploading'
  let upload: MediaUpload | undefined
  let progress: UploadProgress | undefined
  let media: FinishedMedia | undefined
  let trouble: Trouble | undefined
  let warnings = [...(given.warnings ?? [])]
  let altText = given.altText ?? ''
  let altTextState: Attachment['altTextState'] = isTooLong(altText) ? 'too long' : 'saved'
  let pause: ReturnType<typeof setTimeout> | undefined
  const subtitles = createSubtitles(onChange)

  function report(changed: UploadProgress): void {
    progress = changed
    if (changed.state !== 'done' && changed.state !== 'failed') stage = changed.state
    onChange()
  }

  function addWarning(text: string): void {
    if (!warnings.includes(text)) warnings = [...warnings, text]
    onChange()
  }

  const warn = ({ detail, title }: UploadWarning) => addWarning(detail ?? title ?? '')

  function fail(error: unknown): void {
    trouble = troubleOf(error)
    stage = ['file_missing', 'file_mismatch'].includes(trouble.code ?? '') ? 'file needed' : 'failed'
    onChange()
  }

  async function saveAltText(text: string): Promise<void> {
    altTextState = 'saving'
    onChange()
    try {
      await upload?.setAltText(text)
      if (altText === text) altTextState = 'saved'
    } catch (error) {
      if (altText === text) altTextState = 'failed'
      // The attachment itself tells of a failed upload.
      if (stage !== 'failed') addWarning(`${name}: the description was not saved. ${troubleOf(error).message}`)
    }
    onChange()
  }

  function follow(started: MediaUpload): void {
    upload = started
    upload.then((finished) => {
      media = finished
      stage = 'ready'
      onChange()
    }, fail)
    if (altText && !isTooLong(altText)) saveAltText(altText)
    subtitles.follow(started)
    onChange()
  }

  return {
    ...{ name, size, kind, facts, subtitles, follow, report, warn },
    get file() {
      return file
    },
    get stage() {
      return stage
    },
    get progress() {
      return progress
    },
    get warnings() {
      return warnings
    },
    get trouble() {
      return trouble
    },
    get media() {
      return media
    },
    get altText() {
      return altText
    },
    get altTextState() {
      return altTextState
    },
    begin(chosen) {
      trouble = undefined
      stage = 'uploading'
      try {
        const started = given.start({ onProgress: report, onWarning: warn }, chosen)
        file = chosen ?? file
        follow(started)
      } catch (error) {
        fail(error)
      }
    },
    pause: () => upload?.pause(),
    resume: () => upload?.resume(),
    discard() {
      upload?.abort()
      upload?.forget()
      if (!upload) given.discard?.()
    },
    describe(text) {
      if (text === altText) return
      altText = text
      clearTimeout(pause)
      if (isTooLong(text)) altTextState = 'too long'
      else {
        altTextState = 'saving'
        pause = setTimeout(() => saveAltText(text), PAUSE_MS)
      }
      onChange()
    },
  }
}

/** As X counts: an emoji is often one character. */
function isTooLong(text: string): boolean {
  return [...text].length > MAX_ALT_TEXT
}
