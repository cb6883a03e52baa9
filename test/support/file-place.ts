import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredFile } from '../../src/sources/index.ts'
import { runChecks } from './checks.ts'
import { SOURCE_CHECKS } from './source-checks.ts'

/** Runs the checks of sources on files of this machine, and resolves to what is wrong. */
export async function checkFiles(fromFile: (path: string) => StoredFile): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  const path = join(folder, 'film.mp4')
  try {
    return await runChecks(SOURCE_CHECKS, {
      put: (file) => writeFile(path, file),
      source: () => fromFile(path),
      missing: () => fromFile(join(folder, 'missing.mp4')),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
