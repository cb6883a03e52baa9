import { describeUpload } from './describe-upload.ts'
import type { MediaUpload, UploadMediaOptions } from './options.ts'
import { startUpload } from './start-upload.ts'

/**
 * Uploads a file to X by way of the server, and resolves when X can use the media. It continues by itself after network
 * failures, and, given the same file and parameters again, after a reload.
 *
 * Rejects with an `XMediaUploadError`, whose `message` is for people.
 */
export function uploadMedia(file: Blob, options: UploadMediaOptions): MediaUpload {
  return startUpload(describeUpload(file, options), file, options)
}
