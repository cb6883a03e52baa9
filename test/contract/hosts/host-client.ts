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
