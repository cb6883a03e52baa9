import type { StoredUpload, UploadStorage } from './storage.ts'

const DATABASE = 'hono-x-media'
const UPLOADS = 'uploads'
const FILES = 'files'

/** Remembers uploads and files in IndexedDB, which pages and workers have. Undefined where there is none. */
export function indexedDbStorage(): UploadStorage | undefined {
  if (typeof indexedDB === 'undefined') return undefined
  let opened: Promise<IDBDatabase> | undefined

  /** Runs one request in a transaction, and resolves to its result once that is durable. */
  async function run<Result>(
    mode: IDBTransactionMode,
    start: (uploads: IDBObjectStore, files: IDBObjectStore) => IDBRequest<Result>,
  ): Promise<Result> {
    opened ??= open()
    const transaction = (await opened).transaction([UPLOADS, FILES], mode)
    const request = start(transaction.objectStore(UPLOADS), transaction.objectStore(FILES))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }

  return {
    list: () => run<StoredUpload[]>('readonly', (uploads) => uploads.getAll()),
    async set(upload) {
      await run('readwrite', (uploads) => uploads.put(upload))
    },
    async delete(key) {
      await run('readwrite', (uploads, files) => {
        files.delete(key)
        return uploads.delete(key)
      })
    },
    async setFile(key, file) {
      await run('readwrite', (_, files) => files.put(file, key))
    },
    getFile: (key) => run<Blob | undefined>('readonly', (_, files) => files.get(key)),
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(UPLOADS, { keyPath: 'key' })
      request.result.createObjectStore(FILES)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
