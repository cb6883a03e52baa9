/**
 * X's media API on this machine: `npm run emulator`.
 *
 * `PORT` (default 8788; 0 takes any free port), `EMULATOR_OPTIONS` (JSON of `EmulatorOptions`).
 */

import { type HttpBindings, serve } from '@hono/node-server'
import { createEmulator, type EmulatorOptions } from '../src/emulator/index.ts'

const options: EmulatorOptions = JSON.parse(process.env['EMULATOR_OPTIONS'] ?? '{}')
const { app } = createEmulator({ ...options, reset: resetSocket })

const server = serve(
  {
    fetch: app.fetch,
    port: Number(process.env['PORT'] ?? 8788),
    hostname: '127.0.0.1',
    overrideGlobalObjects: false,
    // Longer than clients keep idle connections: a close just as a client reuses one would look like a fault.
    serverOptions: { requestTimeout: 0, keepAliveTimeout: 120_000 },
  },
  ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
)

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}

function resetSocket(_: Request, env: unknown): void {
  if (isNode(env)) env.incoming.socket.resetAndDestroy()
}

function isNode(env: unknown): env is HttpBindings {
  return typeof env === 'object' && env !== null && 'incoming' in env
}
