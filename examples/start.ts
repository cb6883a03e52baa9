/** The emulator, a Node server in front of it, and two upload pages: everything to try the package without an account. */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { getMimeType } from 'hono/utils/mime'
import { serve } from '../adapters/node.ts'
import { xMedia } from '../src/index.ts'
import { announce } from './announce.ts'
import { type DemoEnv, demoOptions } from './demo.ts'
import { serveEmulator } from './serve-emulator.ts'

const emulator = process.env['X_BEARER_TOKEN']
  ? undefined
  : await serveEmulator(JSON.parse(process.env['EMULATOR_OPTIONS'] ?? '{}'))
const env: DemoEnv = {
  X_MEDIA_SECRET: randomUUID(),
  ...(emulator ? { X_BEARER_TOKEN: 'emulated', X_API_BASE_URL: emulator.url } : {}),
  ...process.env,
}

const folder = new URL('browser/', import.meta.url)
const { outputFiles } = await build({
  entryPoints: ['page.ts', 'page.css'].map((name) => fileURLToPath(new URL(name, folder))),
  outdir: '/',
  bundle: true,
  minify: true,
  write: false,
})
const files = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]))
for (const name of ['index.html', 'plain.html']) files.set(`/${name}`, await readFile(new URL(name, folder), 'utf8'))

/** The names that this machine has for itself. */
const LOCAL = ['127.0.0.1', 'localhost', '[::1]']

/** Each browser is a user of its own. */
const USER = 'demo-user'
const { http: _, authorize, ...options } = demoOptions(env)
const media = xMedia({
  ...options,
  // Users sign in by cookie here, so pages of other origins stay out.
  authorize: (c) => {
    const subject = getCookie(c, USER)
    return subject ? { subject } : authorize(c)
  },
})

const app = new Hono()
  // DNS rebinding: pages of a foreign name that resolves to this machine would count as this server's own.
  .use((c, next) => (LOCAL.includes(new URL(c.req.url).hostname) ? next() : Promise.resolve(c.notFound())))
  .route('/media', media)
  // The emulator serves the files that it has received.
  .get('/x/:id{[0-9]+}', (c) =>
    emulator ? c.redirect(`${emulator.url}/_emulator/uploads/${c.req.param('id')}/media`) : c.notFound(),
  )
  .get('/:name?', (c) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path
    const text = files.get(path)
    if (text === undefined) return c.notFound()
    if (!getCookie(c, USER)) setCookie(c, USER, randomUUID(), { httpOnly: true, sameSite: 'Strict' })
    return c.body(text, 200, { 'content-type': getMimeType(path) ?? '' })
  })
const server = await serve(app, { port: Number(env['PORT'] ?? 8787) })

console.log(emulator ? `X is emulated at ${emulator.url}` : 'uploads go to X with the token in X_BEARER_TOKEN')
announce({
  url: server.url,
  close: async () => {
    await Promise.all([server.close(), emulator?.close()])
  },
})
