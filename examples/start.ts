/** The emulator, a Node server in front of it, and two upload pages: everything to try the package without an account. */

import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Hono } from 'hono'
import { getMimeType } from 'hono/utils/mime'
import { run } from '../cli/server/announce.ts'
import { serveDemo } from '../cli/server/serve-demo.ts'
import { loadSharp } from './transform/load-sharp.ts'

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

const pages = new Hono().get('/:name?', (c) => {
  const path = c.req.path === '/' ? '/index.html' : c.req.path
  const text = files.get(path)
  return text === undefined ? c.notFound() : c.body(text, 200, { 'content-type': getMimeType(path) ?? '' })
})

const transform = await loadSharp()
await run(() => serveDemo(process.env, pages, transform))
