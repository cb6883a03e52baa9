/**
 * Uploads every file of a folder, and every file that is put there later: `npm run example:mirror-folder`. `FOLDER` is the
 * folder; `STATE` is a SQLite file outside it that remembers what X has, so that a restart goes on in the middle of a file.
 */

import { watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { fromFile, sqliteStore } from '../../adapters/node.ts'
import { createXMedia, XMediaError } from '../../src/index.ts'

const { FOLDER: folder = '.', STATE: state = 'mirror.db', X_BEARER_TOKEN: token = '' } = process.env
const baseUrl = process.env['X_API_BASE_URL'] || 'https://api.x.com'

/** When to try again after an error that passes, milliseconds. */
const RETRY_MS = 30_000

const store = sqliteStore(new DatabaseSync(state))
const x = createXMedia({ token, store, x: { baseUrl } })

// The store forgets an upload when X does, after a day.
const database = new DatabaseSync(state)
database.exec('CREATE TABLE IF NOT EXISTS mirrored (id TEXT PRIMARY KEY, media_id TEXT NOT NULL)')
const find = database.prepare('SELECT media_id FROM mirrored WHERE id = ?')
const insert = database.prepare('INSERT OR IGNORE INTO mirrored VALUES (?, ?)')

/** A name for this version of the file; undefined if it is gone, or not a file. */
async function versionOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined)
  return stats?.isFile() ? `${path} ${stats.size} ${stats.mtimeMs}` : undefined
}

async function mirror(name: string): Promise<void> {
  const path = join(folder, name)
  const id = await versionOf(path)
  if (id === undefined || find.get(id) !== undefined) return
  try {
    const { data } = await x.upload({ id, source: fromFile(path) })
    insert.run(id, data.id)
    console.log(`${name} is media ${data.id}`)
  } catch (error) {
    if (!(error instanceof XMediaError)) throw error
    console.error(`${name}: ${error.message}`)
    // Such as a file that was still being written: its next change starts another scan.
    if (error.status < 500) return
    await pause(RETRY_MS)
    await mirror(name)
  }
}

let changed = Promise.withResolvers<void>()
watch(folder, () => changed.resolve())
console.log(`watching ${folder}`)
for (;;) {
  // A change during the scan starts another one.
  changed = Promise.withResolvers()
  for (const name of await readdir(folder)) await mirror(name)
  await changed.promise
}
