import { createServer } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { listen } from '../adapters/node.ts'
import type { RunningServer } from '../adapters/serve.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../src/emulator/index.ts'

/** An emulator behind a real socket, which it can reset. `port` 0 takes any free one. */
export async function serveEmulator(options: EmulatorOptions = {}, port = 0): Promise<Emulator & RunningServer> {
  const emulator = createEmulator({ ...options, reset: (_, env) => resetSocket(env) })
  const server = createServer(getRequestListener(emulator.app.fetch, { overrideGlobalObjects: false }))
  // Longer than clients keep idle connections: a close just as a client reuses one would look like a fault.
  server.keepAliveTimeout = 120_000
  return { ...emulator, ...(await listen(server, port, '127.0.0.1')) }
}

function resetSocket(env: unknown): void {
  if (isNode(env)) env.incoming.socket.resetAndDestroy()
}

function isNode(env: unknown): env is HttpBindings {
  return typeof env === 'object' && env !== null && 'incoming' in env
}
