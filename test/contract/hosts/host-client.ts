import { once } from 'node:events'
import { connect } from 'node:http2'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request as a host gets it. */
export interface HostRequest {
  method: string
  path: string
  headers: Record<string, string>
  body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> | undefined
}

/** Sends requests to a handler, in the form that its host has. */
export interface HostClient {
  send(request: HostRequest): Promise<Response>
  close?(): Promise<void>
}

type Fetch = (request: Request) => Response | Promise<Response>

/** A handler that takes a web `Request`. */
export function fetchClient(handle: Fetch): HostClient {
  return {
    async send({ method, path, headers, body = null }) {
      const init = { method, headers, body, duplex: 'half' }
      return await handle(new Request(`https://app.example${path}`, init))
    },
  }
}

/** A server behind a socket. */
export function socketClient(url: string, close: () => Promise<void>): HostClient {
  return {
    async send({ method, path, headers: { 'content-length': _, ...headers }, body = null }) {
      const init = { method, headers, body, duplex: 'half' }
      return await fetch(url + path, init)
    },
    close,
  }
}

/** A server that speaks HTTP/2 without TLS. */
export function http2Client(url: string, close: () => Promise<void>): HostClient {
  const session = connect(url)
  return {
    async send({ method, path, headers, body }) {
      const stream = session.request(
        { ':method': method, ':path': path, ...headers },
        { endStream: body === undefined },
      )
      if (body) pipeline(body instanceof ReadableStream ? body : [body], stream).catch(() => {})
      const [received]: Record<string, string>[] = await once(stream, 'response')
      const { ':status': status, ...headersReceived } = Object.fromEntries(Object.entries(received ?? {}))
      const hasBody = method !== 'HEAD' && Number(status) !== 204
      return new Response(hasBody ? readBody(stream) : null, { status: Number(status), headers: headersReceived })
    },
    async close() {
      session.destroy()
      await close()
    },
  }
}

/** A stream of Node as the body of a response. */
export function readBody(stream: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = stream.iterator()
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}
