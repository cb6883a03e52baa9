/** The emulator, a Node server in front of it, and an upload page: everything to try the package without an account. */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { Hono } from 'hono'
import { serve } from '../adapters/node.ts'
import { announce } from './announce.ts'
import { createDemo, type DemoEnv } from './demo.ts'
import { serveEmulator } from './serve-emulator.ts'

const emulator = process.env['X_BEARER_TOKEN'] ? undefined : await serveEmulator()
const env: DemoEnv = {
  X_MEDIA_SECRET: randomUUID(),
  ...(emulator ? { X_BEARER_TOKEN: 'emulated', X_API_BASE_URL: emulator.url } : {}),
  ...process.env,
}
const page = await readFile(new URL('browser/index.html', import.meta.url), 'utf8')
const tus = await readFile(new URL('../node_modules/tus-js-client/dist/tus.min.js', import.meta.url), 'utf8')
const app = new Hono()
  .route('/', createDemo(env))
  .get('/', (c) => c.html(page))
  .get('/tus.js', (c) => c.body(tus, 200, { 'content-type': 'text/javascript' }))
const server = await serve(app, { port: Number(env['PORT'] ?? 8787) })

console.log(emulator ? `X is emulated at ${emulator.url}` : 'uploads go to X with the token in X_BEARER_TOKEN')
announce({
  url: server.url,
  close: async () => {
    await Promise.all([server.close(), emulator?.close()])
  },
})
