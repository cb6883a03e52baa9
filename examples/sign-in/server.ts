/** The app on Node. Without `X_CLIENT_ID`, X is emulated: no account needed. */

import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { Hono } from 'hono'
import { serve } from '../../adapters/node.ts'
import { run } from '../../cli/server/announce.ts'
import { readPort, readSecret } from '../../cli/server/demo-options.ts'
import { serveEmulator } from '../../cli/server/serve-emulator.ts'
import { memoryStore } from '../../src/index.ts'
import { openStore } from '../open-store.ts'
import { createApp, type SignInEnv } from './app.ts'

await run(async () => {
  const clientId = process.env['X_CLIENT_ID']
  const emulator = clientId ? undefined : await serveEmulator()
  const env: SignInEnv = {
    ...process.env,
    X_CLIENT_ID: clientId || 'emulated',
    X_MEDIA_SECRET: clientId ? readSecret(process.env) : randomUUID(),
    ...(emulator && { X_API_BASE_URL: emulator.url }),
  }
  const store = (await openStore(process.env['X_MEDIA_STORE'])) ?? memoryStore()

  const app = new Hono()
  const server = await serve(app, { port: readPort(process.env) })
  const redirectUri = process.env['X_REDIRECT_URI'] ?? `${server.url}/auth/callback`
  app.route('/', createApp(env, store, redirectUri))
  console.log(
    emulator ? `X is emulated at ${emulator.url}` : `the callback URL at console.x.com must be ${redirectUri}`,
  )
  return server
})
