import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { listen } from '../../adapters/node.ts'

/** What a proxy does to requests and responses. */
export interface ProxyFaults {
  /** Answers a larger body with 413 as soon as it has read so many bytes, as nginx does. */
  maxBodyBytes?: number
  /** Ends the connection in the middle of a larger body. */
  cutAfterBytes?: number
  /** Passes on so many bytes of a body, and nothing of the rest. */
  truncateAtBytes?: number
  /** Holds every response back until it is complete. */
  isBuffering?: boolean
  /** Sends the server another `Host` than the client's. */
  host?: string
}

/** Starts a proxy in front of a server, until the test ends. Resolves to its URL. */
export async function startProxy(target: string, faults: ProxyFaults): Promise<string> {
  const proxy = createServer((incoming, outgoing) => void forward(incoming, outgoing, target, faults))
  const { url, close } = await listen(proxy, 0, '127.0.0.1')
  onTestFinished(() => close())
  return url
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, target: string, faults: ProxyFaults) {
  const { maxBodyBytes = Infinity, cutAfterBytes = Infinity, truncateAtBytes = Infinity } = faults
  const { method, headers, url = '' } = incoming
  const length = Number(headers['content-length'] ?? 0)
  const passed = { ...headers, ...(faults.host && { host: faults.host }) }
  if (length > truncateAtBytes) passed['content-length'] = String(truncateAtBytes)
  const upstream = request(target + url, { method, headers: passed, agent: false }, (answer) => {
    void respond(answer, outgoing, faults)
  })
  upstream.on('error', () => outgoing.destroy())
  incoming.on('error', () => upstream.destroy())
  let received = 0
  try {
    for await (const chunk of incoming) {
      received += chunk.length
      if (received > cutAfterBytes) return void incoming.socket.resetAndDestroy()
      if (received > maxBodyBytes) {
        upstream.destroy()
        return void outgoing.writeHead(413, { server: 'nginx', connection: 'close' }).end('<h1>413</h1>')
      }
      if (received - chunk.length < truncateAtBytes) {
        upstream.write(chunk.subarray(0, truncateAtBytes - (received - chunk.length)))
      }
    }
    upstream.end()
  } catch {
    // The client has left.
    upstream.destroy()
  }
}

async function respond(answer: IncomingMessage, outgoing: ServerResponse, { isBuffering }: ProxyFaults): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
  if (!isBuffering) return void answer.pipe(outgoing)
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  outgoing.end(Buffer.concat(chunks))
}
