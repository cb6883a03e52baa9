/** Ten uploads a minute per address, on top of the package's own limits. */

import process from 'node:process'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { serve } from '../../adapters/node.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { demoOptions, readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { xMedia } from '../../src/index.ts'

const limiter = rateLimiter<{ Bindings: HttpBindings }>({
  windowMs: 60_000,
  limit: 10,
  // Behind a proxy, this is the proxy's address: use the header in which the proxy sends the client's.
  keyGenerator: (c) => c.env.incoming.socket.remoteAddress ?? '',
})

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const app = new Hono<{ Bindings: HttpBindings }>().post('/media', limiter).route('/media', xMedia(demoOptions(env)))
  return await serve(app, { port: readPort(env) })
})
