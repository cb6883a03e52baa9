import { attachNativeBody } from '../src/ingress/native-body.ts'
import { DEFAULT_HOSTNAME, DEFAULT_PORT, type FetchApp, type ServeOptions, type Serving, urlOf } from './serve.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string; signal: AbortSignal; onListen(): void },
    handler: (request: Request, info: unknown) => Response | Promise<Response>,
  ): { addr: { port: number }; finished: Promise<void> }
}

/** Serves an app on Deno, which limits neither the size nor the time of a body. */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Serving> {
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const ending = new AbortController()
  const server = Deno.serve({ port, hostname, signal: ending.signal, onListen: () => {} }, (request, info) =>
    app.fetch(attachNativeBody(request), info),
  )
  return {
    url: urlOf(hostname, server.addr.port),
    close() {
      ending.abort()
      return server.finished
    },
  }
}

export { type DenoKv, denoKvStore } from './deno-kv.ts'

export type { FetchApp, ServeOptions, Serving } from './serve.ts'
