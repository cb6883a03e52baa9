import { listUploads, type StoredUpload, type UploadStorage } from './storage.ts'

/** What is remembered about one upload. */
export interface Memory {
  readonly upload: StoredUpload
  update(changes: Partial<StoredUpload>): Promise<void>
  /** Keeps the file until the upload has ended. */
  keep(file: Blob): void
  /** The kept file. */
  file(): Promise<Blob | undefined>
  /** Forgets the upload, because it has ended. */
  forget(): Promise<void>
  /** Lets go of the upload, so that another one may continue it. */
  release(): void
}

/** The keys of the uploads that run here. A second upload of the same file must not continue the first. */
const running = new Set<string>()

/** Whether an upload runs here. */
export function isRunning(key: string): boolean {
  return running.has(key)
}

/**
 * Finds what is remembered about an upload, or begins to remember it. A storage that fails, for instance because it is
 * full, must not fail the upload.
 */
export async function remember(upload: StoredUpload, storage: UploadStorage | null | undefined): Promise<Memory> {
  const isFirst = !running.has(upload.key)
  const kept = isFirst ? storage : undefined
  running.add(upload.key)
  const found = kept && (await listUploads(kept).catch(() => []))
  let current = found?.find(({ key }) => key === upload.key) ?? upload
  const { key } = current
  let lastWrite = Promise.resolve()

  function write(work: (storage: UploadStorage) => Promise<void>): Promise<void> {
    if (kept) lastWrite = lastWrite.then(() => work(kept)).catch(() => {})
    return lastWrite
  }

  if (current === upload) write((storage) => storage.set(upload))

  async function update(changes: Partial<StoredUpload>): Promise<void> {
    current = { ...current, ...changes }
    await write((storage) => storage.set(current))
  }

  return {
    get upload() {
      return current
    },
    update,
    keep(file) {
      write(async (storage) => {
        if (current.hasFile || !storage.setFile) return
        await storage.setFile(key, file)
        current = { ...current, hasFile: true }
        await storage.set(current)
      })
    },
    file: async () => await kept?.getFile?.(key).catch(() => undefined),
    forget: () => write((storage) => storage.delete(key)),
    release() {
      if (isFirst) running.delete(key)
    },
  }
}
