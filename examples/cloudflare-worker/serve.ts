/** Runs the Worker of wrangler.toml in workerd on this machine, as `wrangler dev` does, without an account. */

import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { Miniflare } from 'miniflare'
import { parse } from 'smol-toml'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { demoOptions, readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { bundleWorker } from '../bundle-worker.ts'
import { freePort } from '../free-port.ts'

const root = new URL('../../', import.meta.url)
const wrangler = parse(await readFile(new URL('wrangler.toml', root), 'utf8'))

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  // Find mistakes here: the Worker would report them with each request.
  demoOptions(env)
  const port = await freePort(readPort(env))
  const bindings = Object.entries(env).filter(([name]) => name.startsWith('X_') || name.startsWith('DEMO_'))
  const flags = wrangler['compatibility_flags']
  const miniflare = new Miniflare({
    modules: await bundleWorker(new URL(String(wrangler['main']), root)),
    compatibilityDate: String(wrangler['compatibility_date']),
    compatibilityFlags: Array.isArray(flags) ? flags.map(String) : [],
    host: '127.0.0.1',
    port,
    bindings: Object.fromEntries(bindings),
    durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
    ...(env['X_MEDIA_STORE'] ? { durableObjectsPersist: env['X_MEDIA_STORE'] } : {}),
  })
  const url = await miniflare.ready
  return { url: url.origin, close: () => miniflare.dispose() }
})
