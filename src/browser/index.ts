/** Uploads to the routes of `xMedia` from browsers, workers, React Native and Node. Imports nothing. */

export {
  type InterruptedUpload,
  type InterruptedUploadsOptions,
  interruptedUploads,
} from './interrupted-uploads.ts'
export type {
  Additions,
  FinishedMedia,
  MediaUpload,
  SubtitlesOptions,
  UploadMediaOptions,
  UploadProgress,
  UploadState,
} from './options.ts'
export type { UploadErrorCode } from './sentences.ts'
export type { UploadWarning } from './server-answer.ts'
export type { StoredUpload, UploadStorage } from './storage.ts'
export { type FileToUpload, type MediaUploads, type UploadAllOptions, uploadAll } from './upload-all.ts'
export { XMediaUploadError } from './upload-error.ts'
export { uploadMedia } from './upload-media.ts'
