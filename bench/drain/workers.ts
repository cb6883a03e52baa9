import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { announce } from '../../examples/announce.ts'

const entry = new URL('handler.ts', import.meta.url).pathname
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2024',
})
const [bundle] = outputFiles
if (!bundle) throw new Error('esbuild made no bundle')

const miniflare = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.js', contents: bundle.text }],
  compatibilityDate: '2026-07-30',
  host: '127.0.0.1',
})
const url = await miniflare.ready
announce({ url: url.origin, close: () => miniflare.dispose() })
