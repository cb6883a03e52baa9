import { listenOn } from './port.ts'
import {
  DEFAULT_HOSTNAME,
  DEFAULT_PORT,
  type FetchApp,
  IDLE_TIMEOUT_SECS,
  type RunningServer,
  type ServeOptions,
  serverUrl,
} from './serve.ts'
import { serveRequest } from './serve-request.ts'
import { createRequestsInProgress, sendLastAnswers } from './shutdown.ts'

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
 * Serves an app on Bun, without Bun's body limit of 128 MiB (uploads have their own, `limits.uploadBytes`) and with a
 * longer idle timeout than its 10 seconds, which would end an upload that waits for X. Needs Bun 1.4: older versions
 * hold whole bodies in memory.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const requests = createRequestsInProgress()
  const listen = () =>
    Bun.serve({
      port,
      hostname,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Bytes of incomplete headers do not extend it. For the first ones on a connection, Bun itself allows 10 seconds.
      idleTimeout: IDLE_TIMEOUT_SECS,
      fetch: (request, server) => requests.run(request, () => serveRequest(app, request, server)),
    })
  const server = await listenOn(port, listen)
  return {
    url: serverUrl(hostname, server.port),
    get isDraining() {
      return requests.isDraining
    },
    async close(options) {
      await requests.drain(options)
      await sendLastAnswers(() => server.stop(false))
      await server.stop(true)
    },
  }
}

export { fromFile } from './from-file.ts'
export type { FetchApp, RunningServer, ServeOptions } from './serve.ts'
export type { CloseOptions } from './shutdown.ts'
export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'
