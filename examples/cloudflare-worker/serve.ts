/** Runs the Worker of wrangler.toml in workerd on this machine, as `wrangler dev` does, without an account. */

import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { Miniflare } from 'miniflare'
import { parse } from 'smol-toml'
import { announce } from '../announce.ts'
import { bundleWorker } from '../bundle-worker.ts'

const root = new URL('../../', import.meta.url)
const wrangler = parse(await readFile(new URL('wrangler.toml', root), 'utf8'))

const { PORT = '8787', ...variables } = process.env
const bindings = Object.fromEntries(
  Object.entries(variables).filter(([name]) => name.startsWith('X_') || name.startsWith('DEMO_')),
)
const flags = wrangler['compatibility_flags']
const miniflare = new Miniflare({
  modules: await bundleWorker(new URL(String(wrangler['main']), root)),
  compatibilityDate: String(wrangler['compatibility_date']),
  compatibilityFlags: Array.isArray(flags) ? flags.map(String) : [],
  host: '127.0.0.1',
  port: Number(PORT),
  bindings,
  durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
  ...(variables['X_MEDIA_STORE'] ? { durableObjectsPersist: variables['X_MEDIA_STORE'] } : {}),
})
const url = await miniflare.ready
announce({ url: url.origin, close: () => miniflare.dispose() })
