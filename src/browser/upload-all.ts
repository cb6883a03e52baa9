import { controlledPromise } from './controlled-promise.ts'
import type {
  ConnectionOptions,
  FinishedMedia,
  MediaParameters,
  MediaUpload,
  ResilienceOptions,
  UploadProgress,
} from './options.ts'
import type { UploadWarning } from './server-answer.ts'
import { uploadMedia } from './upload-media.ts'

/** A file with parameters of its own. */
export interface FileToUpload extends MediaParameters {
  file: Blob
}

/** The options of `uploadAll`. `index` is the place of the file in the list. */
export interface UploadAllOptions extends ConnectionOptions, ResilienceOptions {
  /** Aborts all uploads. */
  signal?: AbortSignal
  onProgress?: (progress: UploadProgress, index: number) => void
  onWarning?: (warning: UploadWarning, index: number) => void
}

/** Several uploads: a promise of all media, in the order of the files. Rejects as soon as one fails; the others go on. */
export interface MediaUploads extends Promise<FinishedMedia[]> {
  readonly uploads: readonly MediaUpload[]
  pause(): void
  resume(): void
  abort(): void
}

/** The most media in a post. https://docs.x.com/x-api/media/quickstart/best-practices */
const MAX_FILES = 4

/** Uploads up to four files at once, as many as a post may have. Throws a `RangeError` for more. */
export function uploadAll(files: readonly (Blob | FileToUpload)[], options: UploadAllOptions): MediaUploads {
  if (files.length > MAX_FILES) {
    throw new RangeError(`A post may have up to ${MAX_FILES} media, not ${files.length}`)
  }
  const { onProgress, onWarning } = options
  const uploads = files.map((item, index) => {
    const { file, ...parameters } = 'file' in item ? item : { file: item }
    return uploadMedia(file, {
      ...options,
      ...parameters,
      onProgress: (progress) => onProgress?.(progress, index),
      onWarning: (warning) => onWarning?.(warning, index),
    })
  })
  const each = (work: (upload: MediaUpload) => void) => () => uploads.forEach(work)
  return controlledPromise(Promise.all(uploads), {
    uploads,
    pause: each((upload) => upload.pause()),
    resume: each((upload) => upload.resume()),
    abort: each((upload) => upload.abort()),
  })
}
