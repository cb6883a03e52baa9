import { answer } from './answer.ts'
import {
  DEFAULT_HOSTNAME,
  DEFAULT_PORT,
  type FetchApp,
  IDLE_SECS,
  type ServeOptions,
  type Serving,
  urlOf,
} from './serve.ts'

declare const Bun: {
  serve(options: {
    port: number
    hostname: string
    maxRequestBodySize: number
    idleTimeout: number
    fetch(request: Request, server: unknown): Response | Promise<Response>
  }): { port: number; stop(closeActiveConnections: boolean): Promise<void> }
}

/**
 * Serves an app on Bun without its body limit of 128 MiB (uploads have one of their own, `limits.uploadBytes`) and with a
 * longer idle timeout than 10 seconds, which would cut an upload that waits for X. Needs Bun 1.4: older ones hold whole
 * bodies.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Serving> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const server = Bun.serve({
    port,
    hostname,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: IDLE_SECS,
    fetch: (request, server) => answer(app, request, server),
  })
  return { url: urlOf(hostname, server.port), close: () => server.stop(true) }
}

export type { FetchApp, ServeOptions, Serving } from './serve.ts'
export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'
