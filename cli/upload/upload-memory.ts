import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { StoredUpload, UploadStorage } from '../../src/browser/index.ts'
import { isRecord } from '../../src/lib/is-record.ts'
import type { Environment } from '../env-file.ts'

/** Where interrupted uploads are remembered. https://specifications.freedesktop.org/basedir-spec */
export function memoryFile({ XDG_STATE_HOME: folder }: Environment): string {
  return join(folder || join(homedir(), '.local/state'), 'hono-x-media', 'uploads.json')
}

/** Remembers uploads in a file, so that the same command continues an interrupted one. */
export function fileStorage(file: string): UploadStorage {
  async function list(): Promise<StoredUpload[]> {
    const text = await readFile(file, 'utf8').catch(() => '[]')
    const uploads: unknown = JSON.parse(text)
    return Array.isArray(uploads) ? uploads.filter(isStoredUpload) : []
  }

  async function change(key: string, ...added: StoredUpload[]): Promise<void> {
    const others = (await list()).filter((upload) => upload.key !== key)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // A crash while writing must not lose the uploads of before.
    await writeFile(`${file}.new`, JSON.stringify([...others, ...added]), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  return { list, set: (upload) => change(upload.key, upload), delete: (key) => change(key) }
}

function isStoredUpload(value: unknown): value is StoredUpload {
  return isRecord(value) && typeof value['key'] === 'string' && typeof value['expiresAt'] === 'number'
}
