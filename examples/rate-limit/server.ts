/** Ten uploads a minute per address, on top of the package's own limits. */

import process from 'node:process'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { serve } from '../../adapters/node.ts'
import { xMedia } from '../../src/index.ts'
import { announce } from '../announce.ts'
import { demoOptions } from '../demo.ts'

const limiter = rateLimiter<{ Bindings: HttpBindings }>({
  windowMs: 60_000,
  limit: 10,
  // Behind a proxy, this is the proxy's address: use the header in which the proxy sends the client's.
  keyGenerator: (c) => c.env.incoming.socket.remoteAddress ?? '',
})
const app = new Hono<{ Bindings: HttpBindings }>()
  .post('/media', limiter)
  .route('/media', xMedia(demoOptions(process.env)))

announce(await serve(app, { port: Number(process.env['PORT'] ?? 8787) }))
