import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ExplainedError } from '../explained-error.ts'

/** A file of this machine. Its bytes are read when they are needed. The first of them tell its type. */
export async function openFile(path: string): Promise<File> {
  const { mtimeMs, size } = await stat(path)
  if (size === 0) throw new ExplainedError('The file is empty.')
  // Without a type: the server would believe a wrong one.
  return new File([await openAsBlob(path)], basename(path), { lastModified: Math.floor(mtimeMs) })
}
