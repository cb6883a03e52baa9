import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { answer } from './answer.ts'
import { openIncoming } from './incoming.ts'
import {
  DEFAULT_HOSTNAME,
  DEFAULT_PORT,
  type FetchApp,
  IDLE_SECS,
  type ServeOptions,
  type Serving,
  urlOf,
} from './serve.ts'

/**
 * Serves an app on Node without its limit of 300 seconds for a whole request, which a large upload over a slow line
 * exceeds; a silent connection is closed instead. `globalThis.Request` and `Response` stay as they are.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Serving> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const listener = getRequestListener((request, env) => answer(app, request, env, () => openIncoming(env.incoming)), {
    overrideGlobalObjects: false,
  })
  return await listen(createServer(listener), port, hostname)
}

/** Starts a Node server, whatever it serves, with limits fit for uploads. */
export async function listen(server: Server, port: number, hostname: string): Promise<Serving> {
  server.requestTimeout = 0
  server.setTimeout(IDLE_SECS * 1000)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, resolve)
  })
  const address = server.address()
  return {
    url: urlOf(hostname, typeof address === 'object' && address !== null ? address.port : port),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

export type { FetchApp, ServeOptions, Serving } from './serve.ts'
export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'
