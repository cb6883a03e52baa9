/** Serves an uploads app on Node: SQLite and the files are in `FOLDER`, X is at `X_API_BASE_URL`. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fromFile, serve, sqliteStore } from '../../adapters/node.ts'
import { announce } from '../../cli/server/announce.ts'
import { createUploadsApp } from './uploads-app.ts'

const { FOLDER: folder = '', X_API_BASE_URL: xUrl = '' } = process.env

const app = createUploadsApp({
  store: sqliteStore(new DatabaseSync(join(folder, 'uploads.db'))),
  xUrl,
  put: (name, file) => writeFile(join(folder, name), new Uint8Array(file)),
  source: (name) => fromFile(join(folder, name)),
})
announce(await serve(app, { port: 0 }))
