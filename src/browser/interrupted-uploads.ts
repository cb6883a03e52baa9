import { createConnection } from './connection.ts'
import { isSameFile } from './describe-upload.ts'
import { indexedDbStorage } from './indexed-db.ts'
import { isRunning } from './memory.ts'
import type { ConnectionOptions, MediaUpload, ResilienceOptions, UploadCallbacks } from './options.ts'
import { deleteUpload } from './resumable.ts'
import { startUpload } from './start-upload.ts'
import { listUploads } from './storage.ts'
import { XMediaUploadError } from './upload-error.ts'

/** The options of `interruptedUploads`: those that the uploads were started with. */
export interface InterruptedUploadsOptions extends ConnectionOptions, ResilienceOptions {}

/** An upload that a reload, or the end of the page, has interrupted, or a finished one that `keepFinished` remembers. */
export interface InterruptedUpload {
  /** The name of the file, if it had one. */
  name: string | undefined
  /** The size of the file, bytes. */
  size: number
  /** Whether the page must ask for the file again and pass it to `resume`. */
  needsFile: boolean
  /** The file that was kept, for a preview. Undefined if there is none. */
  file(): Promise<Blob | undefined>
  /** Continues the upload. Throws an `XMediaUploadError` with `file_mismatch` if the file is another one. */
  resume(more?: UploadCallbacks & Pick<ResilienceOptions, 'plainBytes'> & { file?: Blob }): MediaUpload
  /** Forgets the upload, here and on the server. */
  discard(): Promise<void>
}

/** The uploads to this endpoint that a page has begun but not ended. Those that run in this page are not among them. */
export async function interruptedUploads(options: InterruptedUploadsOptions): Promise<InterruptedUpload[]> {
  const { storage = indexedDbStorage() } = options
  if (!storage) return []
  const endpoint = options.endpoint.replace(/\/+$/, '')
  // A page without access to its IndexedDB has kept nothing.
  const uploads = await listUploads(storage).catch(() => [])
  return uploads
    .filter((upload) => upload.endpoint === endpoint && !isRunning(upload.key))
    .map((upload) => ({
      name: upload.name,
      size: upload.size,
      needsFile: !upload.hasFile && !upload.uploaded,
      file: async () => await storage.getFile?.(upload.key).catch(() => undefined),
      resume({ file, ...more } = {}) {
        if (file && !isSameFile(file, upload)) throw new XMediaUploadError('file_mismatch')
        return startUpload(upload, file, { ...options, ...more })
      },
      async discard() {
        deleteUpload({ connection: createConnection(options), memory: { upload } })
        await storage.delete(upload.key)
      },
    }))
}
