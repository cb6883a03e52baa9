/** Every user uploads to their own X account: `authorize` returns the token of the user. */

import process from 'node:process'
import { Hono } from 'hono'
import { serve } from '../../adapters/node.ts'
import { type Principal, xMedia } from '../../src/index.ts'
import { announce } from '../announce.ts'
import { demoOptions } from '../demo.ts'

/** Keep yours in a database. They come from X's OAuth 2.0 flow; see `refreshingToken`. */
const accounts: ReadonlyMap<string, Principal> = new Map([
  ['alice', { subject: 'alice', token: 'token-of-alice' }],
  ['bob', { subject: 'bob', token: 'token-of-bob', limits: { uploads: 2, uploadBytes: 10_000_000 } }],
])

const options = demoOptions(process.env)
const app = new Hono().route(
  '/media',
  xMedia({ ...options, authorize: (c) => accounts.get(c.req.header('x-demo-user') ?? '') ?? null }),
)

announce(await serve(app, { port: Number(process.env['PORT'] ?? 8787) }))
