import type { NamedBlob } from './describe-upload.ts'
import type { StoredUpload, UploadStorage } from './storage.ts'

const DATABASE = 'hono-x-media'
const UPLOADS = 'uploads'
const FILES = 'files'

/** A file without a `Blob`, which WebKit cannot store in private windows. https://bugs.webkit.org/show_bug.cgi?id=156347 */
interface StoredBytes {
  bytes: ArrayBuffer
  type: string
  name: string | undefined
  lastModified: number
}

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
      const put = (value: Blob | StoredBytes) => run('readwrite', (_, files) => files.put(value, key))
      await put(file).catch(async () => put(await toBytes(file)))
    },
    async getFile(key) {
      const found = await run<Blob | StoredBytes | undefined>('readonly', (_, files) => files.get(key))
      return found instanceof Blob || !found ? found : fromBytes(found)
    },
  }
}

async function toBytes(file: NamedBlob): Promise<StoredBytes> {
  const { type, name, lastModified = 0 } = file
  return { bytes: await file.arrayBuffer(), type, name, lastModified }
}

function fromBytes({ bytes, name, ...properties }: StoredBytes): Blob {
  return name === undefined ? new Blob([bytes], properties) : new File([bytes], name, properties)
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
