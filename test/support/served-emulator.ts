import type { HttpBindings } from '@hono/node-server'
import { serve } from '../../adapters/node.ts'
import type { Serving } from '../../adapters/serve.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts'

/** An emulator of this process behind a real socket, which it can reset. */
export async function serveEmulator(options: EmulatorOptions = {}): Promise<Emulator & Serving> {
  const emulator = createEmulator({ ...options, reset: (_, env) => resetSocket(env) })
  return { ...emulator, ...(await serve(emulator.app, { port: 0 })) }
}

function resetSocket(env: unknown): void {
  if (isNode(env)) env.incoming.socket.resetAndDestroy()
}

function isNode(env: unknown): env is HttpBindings {
  return typeof env === 'object' && env !== null && 'incoming' in env
}
