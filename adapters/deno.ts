import { invalidHost } from '../src/errors.ts'
import { markBodyExclusive } from '../src/ingress/exclusive-body.ts'
import { hasValidHost } from '../src/lib/host.ts'
import { listenOn } from './port.ts'
import {
  DEFAULT_HOSTNAME,
  DEFAULT_PORT,
  type FetchApp,
  type RunningServer,
  type ServeOptions,
  serverUrl,
} from './serve.ts'
import { createRequestsInProgress, isEventStream, sendLastAnswers } from './shutdown.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(): void },
    handler: (request: Request, info: { completed: Promise<void> }) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

/** Serves an app on Deno, which limits neither the size of a body nor its time. */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const streams = new AbortController()
  const requests = createRequestsInProgress()
  const listen = () =>
    Deno.serve({ port, hostname, onListen: () => {} }, (request, info) =>
      requests.run(
        request,
        async () => {
          if (!hasValidHost(request)) return invalidHost().getResponse()
          // Deno reads each chunk into a buffer of 64 KiB, and at sixteen uploads half of the chunks do not fill theirs.
          const marked = markBodyExclusive(request, { hasOwnBuffers: true })
          return endWith(streams.signal, await app.fetch(marked, info))
        },
        info.completed,
      ),
    )
  const server = await listenOn(port, listen)
  return {
    url: serverUrl(hostname, server.addr.port),
    get isDraining() {
      return requests.isDraining
    },
    async close(options) {
      await requests.drain(options)
      streams.abort()
      await sendLastAnswers(() => server.shutdown())
    },
  }
}

/** Ends an event stream with the signal: Deno would wait for it, and cannot cut a server that is shutting down. */
function endWith(signal: AbortSignal, response: Response): Response {
  if (!response.body || !isEventStream(response)) return response
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response)
}

export { type DenoKv, denoKvStore } from './deno-kv.ts'
export { fromFile } from './from-file.ts'
export type { FetchApp, RunningServer, ServeOptions } from './serve.ts'
export type { CloseOptions } from './shutdown.ts'
