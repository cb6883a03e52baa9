import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Hono } from 'hono'
import { getMimeType } from 'hono/utils/mime'

const folder = new URL('browser/', import.meta.url)

/** The two upload pages, bundled. @param addition HTML at the end of each. */
export async function buildPages(addition = ''): Promise<Hono> {
  const { outputFiles } = await build({
    entryPoints: ['page.ts', 'page.css'].map((name) => fileURLToPath(new URL(name, folder))),
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
  })
  const files = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]))
  for (const name of ['index.html', 'plain.html']) {
    files.set(`/${name}`, (await readFile(new URL(name, folder), 'utf8')) + addition)
  }

  return new Hono().get('/:name?', (c) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path
    const text = files.get(path)
    return text === undefined ? c.notFound() : c.body(text, 200, { 'content-type': getMimeType(path) ?? '' })
  })
}
