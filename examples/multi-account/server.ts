/** Every user uploads to their own X account: `authorize` returns the token of the user. */

import process from 'node:process'
import { Hono } from 'hono'
import { serve } from '../../adapters/node.ts'
import { run } from '../../cli/server/announce.ts'
import { demoEnv } from '../../cli/server/demo-env.ts'
import { demoOptions, readPort } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { type Principal, xMedia } from '../../src/index.ts'

/** Keep yours in a database. They come from X's OAuth 2.0 flow; see `refreshingToken`. */
const accounts: ReadonlyMap<string, Principal> = new Map([
  ['alice', { subject: 'alice', token: 'token-of-alice' }],
  ['bob', { subject: 'bob', token: 'token-of-bob', limits: { uploads: 2, uploadBytes: 10_000_000 } }],
])

await run(async () => {
  const env = await demoEnv(process.env, serveEmulator)
  const app = new Hono().route(
    '/media',
    xMedia({ ...demoOptions(env), authorize: (c) => accounts.get(c.req.header('x-demo-user') ?? '') ?? null }),
  )
  return await serve(app, { port: readPort(env) })
})
