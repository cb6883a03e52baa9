import { invalidHost } from '../src/errors.ts'
import { markBodyExclusive } from '../src/ingress/exclusive-body.ts'
import { hasValidHost } from '../src/lib/host.ts'
import {
  DEFAULT_HOSTNAME,
  DEFAULT_PORT,
  type FetchApp,
  type RunningServer,
  type ServeOptions,
  serverUrl,
} from './serve.ts'
import { createRequestsInProgress } from './shutdown.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string; signal: AbortSignal; onListen(): void },
    handler: (request: Request, info: { completed: Promise<void> }) => Response | Promise<Response>,
  ): { addr: { port: number }; finished: Promise<void> }
}

/** Serves an app on Deno, which limits neither the size of a body nor its time. */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const closing = new AbortController()
  const requests = createRequestsInProgress()
  const server = Deno.serve({ port, hostname, signal: closing.signal, onListen: () => {} }, (request, info) =>
    requests.run(
      request,
      () => (hasValidHost(request) ? app.fetch(markBodyExclusive(request), info) : invalidHost().getResponse()),
      info.completed,
    ),
  )
  return {
    url: serverUrl(hostname, server.addr.port),
    get isDraining() {
      return requests.isDraining
    },
    async close(options) {
      await requests.drain(options)
      // Not after `shutdown`: it waits for event streams, and `abort` throws then.
      closing.abort()
      await server.finished
    },
  }
}

export { type DenoKv, denoKvStore } from './deno-kv.ts'
export { fromFile } from './from-file.ts'
export type { FetchApp, RunningServer, ServeOptions } from './serve.ts'
export type { CloseOptions } from './shutdown.ts'
