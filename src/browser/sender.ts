import { createChunkSize } from './chunk-size.ts'
import { sendPlain } from './plain.ts'
import { hasResumableUploads, sendResumable } from './resumable.ts'
import type { UploadedFile } from './storage.ts'
import { isRequestTooLarge } from './upload-error.ts'
import type { UploadJob } from './upload-job.ts'

/** Sends a file, over several attempts. Resolves when X has it. */
export type SendFile = (signal: AbortSignal) => Promise<UploadedFile>

/** The largest file that is sent in one request, bytes: a segment of the server. */
const PLAIN_BYTES = 4_194_304

/** Sends small files in one request, and larger ones in chunks where the server has resumable uploads. */
export function createSender(job: UploadJob, plainBytes: number = PLAIN_BYTES): SendFile {
  const { memory } = job
  const { size } = memory.upload
  const chunkSize = createChunkSize()
  let isPlain = size <= plainBytes ? true : undefined

  return async function sendFile(signal) {
    if (memory.upload.uploadUrl === undefined) isPlain ??= !(await hasResumableUploads(job, size, signal))
    else isPlain = false
    if (!isPlain) return await sendResumable(job, chunkSize, signal)
    try {
      return await sendPlain(job, signal)
    } catch (error) {
      if (!isRequestTooLarge(error) || !(await hasResumableUploads(job, size, signal))) throw error
      isPlain = false
      return await sendResumable(job, chunkSize, signal)
    }
  }
}
