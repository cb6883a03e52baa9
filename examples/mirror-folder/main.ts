/**
 * Uploads every file of a folder, and every file that is put there later: `npm run example:mirror-folder`. `FOLDER` is the
 * folder; `STATE` is a SQLite file outside it that remembers what X has, so that a restart goes on in the middle of a file.
 * Without `X_BEARER_TOKEN`, X is emulated.
 */

import { watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { fromFile, sqliteStore } from '../../adapters/node.ts'
import { orExplain } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { readToken } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { createXMedia, type XMediaClient, XMediaError } from '../../src/index.ts'

/** When to try again after an error that passes, milliseconds. */
const RETRY_MS = 30_000

/** A name for this version of the file; undefined if it is gone, or not a file. */
async function versionOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined)
  return stats?.isFile() ? `${path} ${stats.size} ${stats.mtimeMs}` : undefined
}

interface Mirror {
  x: XMediaClient
  /** Remembers which versions of files X has. */
  database: DatabaseSync
}

async function mirrorFile(path: string, { x, database }: Mirror): Promise<void> {
  const id = await versionOf(path)
  if (id === undefined || database.prepare('SELECT media_id FROM mirrored WHERE id = ?').get(id) !== undefined) return
  try {
    const { data } = await x.upload({ id, source: fromFile(path) })
    database.prepare('INSERT OR IGNORE INTO mirrored VALUES (?, ?)').run(id, data.id)
    console.log(`${path} is media ${data.id}`)
  } catch (error) {
    if (!(error instanceof XMediaError)) throw error
    console.error(`${path}: ${error.message}`)
    // Such as a file that was still being written: its next change starts another scan.
    if (error.status < 500) return
    await pause(RETRY_MS)
    await mirrorFile(path, { x, database })
  }
}

await orExplain(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const { FOLDER: folder = '.', STATE: state = 'mirror.db' } = env
  const x = createXMedia({
    token: readToken(env),
    store: sqliteStore(new DatabaseSync(state)),
    x: { baseUrl: env['X_API_BASE_URL'] || 'https://api.x.com' },
  })
  const database = new DatabaseSync(state)
  // The store forgets an upload when X does, after a day.
  database.exec('CREATE TABLE IF NOT EXISTS mirrored (id TEXT PRIMARY KEY, media_id TEXT NOT NULL)')

  let changed = Promise.withResolvers<void>()
  watch(folder, () => changed.resolve())
  console.log(`watching ${folder}`)
  for (;;) {
    // A change during the scan starts another one.
    changed = Promise.withResolvers()
    for (const name of await readdir(folder)) await mirrorFile(join(folder, name), { x, database })
    await changed.promise
  }
})
