import type { ServerAnswer } from './server-answer.ts'

/** What is remembered about an upload until it has ended. It is plain JSON. */
export interface StoredUpload {
  /** Tells the upload from others: by endpoint, file and parameters. */
  key: string
  /** The name of the file, if it has one. */
  name: string | undefined
  /** The size of the file, bytes. */
  size: number
  endpoint: string
  /** The parameters, as in the query of a request. */
  parameters: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. After that, the server has forgotten the upload. */
  expiresAt: number
  /** Whether the storage has the file too. */
  hasFile: boolean
  /** Where a resumable upload continues. */
  uploadUrl?: string | undefined
  /** Set when X has the file. */
  uploaded?: UploadedFile
}

/** A file that X has, but may still process. */
export interface UploadedFile {
  statusUrl: string
  answer: ServerAnswer
}

/**
 * Where uploads are remembered. An upload goes on when a method fails: it then does not survive a reload.
 *
 * A storage without files keeps the rest; the page then asks for the file again.
 */
export interface UploadStorage {
  list(): Promise<StoredUpload[]>
  /** Adds an upload, or replaces the one with the same `key`. */
  set(upload: StoredUpload): Promise<void>
  /** Removes an upload and its file. */
  delete(key: string): Promise<void>
  setFile?(key: string, file: Blob): Promise<void>
  getFile?(key: string): Promise<Blob | undefined>
}

/** The uploads that the server still knows. Removes the others, whose files would take up space. */
export async function listUploads(storage: UploadStorage): Promise<StoredUpload[]> {
  const uploads = await storage.list()
  const isExpired = ({ expiresAt }: StoredUpload) => expiresAt <= Date.now()
  for (const { key } of uploads.filter(isExpired)) await storage.delete(key)
  return uploads.filter((upload) => !isExpired(upload))
}
