/**
 * Runs the Worker in workerd on this machine. Its objects and files are in the folder `DATA`, or else in memory. Without
 * `X_BEARER_TOKEN`, X is emulated.
 */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { Miniflare } from 'miniflare'
import { ExplainedError } from '../../cli/explained-error.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { type DemoEnv, readPort, readToken } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { bundleWorker } from '../bundle-worker.ts'
import { freePort } from '../free-port.ts'

/** What clients send as bearer token: a random one while X is emulated. */
function readApiKey({ API_KEY: key }: DemoEnv, isEmulated: boolean): string {
  if (key) return key
  if (!isEmulated) throw new ExplainedError('API_KEY is not set. Make one with `openssl rand -base64 32`.')
  const random = randomUUID()
  console.log(`API_KEY is not set. Send the header Authorization: Bearer ${random}`)
  return random
}

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const data = env['DATA']
  const bindings = {
    API_KEY: readApiKey(env, env !== process.env),
    X_BEARER_TOKEN: readToken(env),
    X_API_BASE_URL: env['X_API_BASE_URL'] || 'https://api.x.com',
  }
  const port = await freePort(readPort(env))
  const miniflare = new Miniflare({
    modules: await bundleWorker(new URL('worker.ts', import.meta.url)),
    compatibilityDate: '2026-07-30',
    compatibilityFlags: ['enable_request_signal'],
    host: '127.0.0.1',
    port,
    bindings,
    r2Buckets: ['BUCKET'],
    durableObjects: {
      POSTS: { className: 'ScheduledPost', useSQLite: true },
      UPLOADS: { className: 'XMediaObject', useSQLite: true },
    },
    ...(data ? { durableObjectsPersist: join(data, 'objects'), r2Persist: join(data, 'bucket') } : {}),
  })
  const url = await miniflare.ready
  return { url: url.origin, close: () => miniflare.dispose() }
})
