import { createServer } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { listen } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts'
import { ExplainedError } from '../explained-error.ts'
import type { DemoEnv } from './demo-options.ts'

/** Serves an emulator on a TCP port, and lets its `reset` faults cut the connection. Port 0 takes any free one. */
export async function serveEmulator(options: EmulatorOptions = {}, port = 0): Promise<Emulator & RunningServer> {
  const emulator = createEmulator({ ...options, reset: (_, env) => resetSocket(env) })
  const server = createServer(getRequestListener(emulator.app.fetch, { overrideGlobalObjects: false }))
  // Longer than clients keep idle connections: closing one just as a client reuses it would look like a fault.
  server.keepAliveTimeout = 120_000
  return { ...emulator, ...(await listen(server, port, '127.0.0.1')) }
}

/** The options in `EMULATOR_OPTIONS`, `EmulatorOptions` as JSON. Throws a `ExplainedError` if it is not. */
export function readEmulatorOptions({ EMULATOR_OPTIONS: text }: DemoEnv): EmulatorOptions {
  if (!text) return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ExplainedError(`EMULATOR_OPTIONS must be JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function resetSocket(env: unknown): void {
  if (isNodeEnv(env)) env.incoming.socket.resetAndDestroy()
}

function isNodeEnv(env: unknown): env is HttpBindings {
  return typeof env === 'object' && env !== null && 'incoming' in env
}
