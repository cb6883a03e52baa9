import { createServer, type Server } from 'node:http'
import { countRequests, createNodeListener } from './node-listener.ts'
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
import { createRequestsInProgress } from './shutdown.ts'

/**
 * Longest time for the headers of a request, milliseconds; Node checks it every 30 seconds. A client that sends them byte by
 * byte is never silent, so nothing else ends it.
 */
const HEADERS_TIMEOUT_MS = 20_000

/**
 * Serves an app on Node, without Node's limit of 300 seconds per request, which would end a large upload over a slow
 * line. A silent connection is closed instead. `globalThis.Request` and `Response` stay as they are. Rejects when the port
 * is taken (`EADDRINUSE`), with an error that says what to do.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  return await listen(createServer(createNodeListener(app)), port, hostname)
}

/** Starts any Node server with time limits that suit uploads. */
export async function listen(server: Server, port: number, hostname: string): Promise<RunningServer> {
  server.requestTimeout = 0
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.setTimeout(IDLE_TIMEOUT_SECS * 1000)
  const requests = createRequestsInProgress()
  countRequests(server, requests)
  const listening = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, hostname, resolve)
    })
  await listenOn(port, listening)
  const address = server.address()
  return {
    url: serverUrl(hostname, typeof address === 'object' && address !== null ? address.port : port),
    get isDraining() {
      return requests.isDraining
    },
    async close(options) {
      await requests.drain(options)
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      })
    },
  }
}

export { fromFile } from './from-file.ts'
export { createNodeListener } from './node-listener.ts'
export type { FetchApp, RunningServer, ServeOptions } from './serve.ts'
export type { CloseOptions } from './shutdown.ts'
export { type SqliteDatabase, type SqliteStoreOptions, sqliteStore } from './sqlite.ts'
