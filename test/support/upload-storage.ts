import type { StoredUpload, UploadStorage } from '../../src/browser/index.ts'

/** A storage that outlives the clients of a test, as IndexedDB outlives a page. */
export function memoryStorage(): UploadStorage {
  const uploads = new Map<string, StoredUpload>()
  const files = new Map<string, Blob>()
  return {
    list: async () => structuredClone([...uploads.values()]),
    async set(upload) {
      uploads.set(upload.key, structuredClone(upload))
    },
    async delete(key) {
      uploads.delete(key)
      files.delete(key)
    },
    async setFile(key, file) {
      files.set(key, file)
    },
    getFile: async (key) => files.get(key),
  }
}
