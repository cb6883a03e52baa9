/** The emulator, a Node server in front of it, and the upload pages: everything to try the package without an account. */

import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { run } from '../cli/server/announce.ts'
import { serveDemo } from '../cli/server/serve-demo.ts'
import { composePages } from './browser/app.ts'
import { loadSharp } from './transform/load-sharp.ts'

const folder = new URL('browser/', import.meta.url)
const { outputFiles } = await build({
  entryPoints: ['page/page.ts', 'page.css'].map((name) => fileURLToPath(new URL(name, folder))),
  outdir: '/',
  entryNames: '[name]',
  bundle: true,
  format: 'esm',
  minify: true,
  write: false,
})
const assets = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]))
assets.set('/icon.svg', await readFile(new URL('icon.svg', folder), 'utf8'))

const transform = await loadSharp()
await run(() => serveDemo(process.env, (demo) => composePages(demo, assets), transform))
