import { builtinModules } from 'node:module'
import process from 'node:process'
import { build, type Plugin } from 'esbuild'
import { Miniflare } from 'miniflare'
import { announce } from '../../cli/server/announce.ts'

/** twitter-api-v2 names Node's modules without the prefix that workerd wants. */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup({ onResolve }) {
    const bare = new RegExp(`^(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`)
    onResolve({ filter: bare }, ({ path }) => ({ path: `node:${path}`, external: true }))
  },
}

const { outputFiles } = await build({
  entryPoints: [new URL('worker.ts', import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*'],
  plugins: [nodeModules],
})
const bindings = Object.entries(process.env).filter(([name]) => name.startsWith('X_'))
const [bundle] = outputFiles
if (!bundle) throw new Error('esbuild made no bundle')

const miniflare = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.js', contents: bundle.text }],
  compatibilityDate: '2026-07-30',
  compatibilityFlags: ['enable_request_signal', 'nodejs_compat'],
  host: '127.0.0.1',
  bindings: Object.fromEntries(bindings.map(([name, value = '']) => [name, value])),
})
const url = await miniflare.ready
announce({ url: url.origin, close: () => miniflare.dispose() })
