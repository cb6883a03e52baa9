import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { listen } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'

/** How often the balancer asks servers whether they are ready, milliseconds. */
const CHECK_MS = 200

/** How long a request waits for a server that is ready, milliseconds. */
const PATIENCE_MS = 30_000

/**
 * A balancer as small as one can be: each request goes to the next server whose `/ready` answers 200. A request of which no
 * server has had a byte of the body, and any without a body, goes to another server when the first one dies.
 *
 * @param servers The servers' URLs, now.
 */
export async function startBalancer(servers: () => readonly string[], port: number): Promise<RunningServer> {
  let turn = 0

  async function nextServer(): Promise<string | undefined> {
    for (const giveUpAt = Date.now() + PATIENCE_MS; Date.now() < giveUpAt; await pause(CHECK_MS)) {
      const urls = servers()
      for (const _ of urls) {
        const url = urls[turn++ % urls.length]
        if (url !== undefined && (await isReady(url))) return url
      }
    }
    return undefined
  }

  function balance(incoming: IncomingMessage, outgoing: ServerResponse): void {
    let current: ClientRequest | undefined
    outgoing.once('close', () => current?.destroy())
    forward(incoming, outgoing, (onward) => {
      current = onward
    })
  }

  async function forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    onStart: (onward: ClientRequest) => void,
  ): Promise<void> {
    const server = await nextServer()
    if (server === undefined) {
      outgoing.writeHead(503, { 'retry-after': '1' }).end()
      return
    }
    let isSending = false
    const { method = 'GET', headers } = incoming
    const onward = request(server + incoming.url, { method, headers, agent: false })
    onStart(onward)
    onward.once('socket', (socket) =>
      socket.once('connect', () => {
        isSending = method !== 'GET' && method !== 'HEAD'
        incoming.pipe(onward)
      }),
    )
    onward.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, outgoing, () => {})
    })
    onward.on('error', () => {
      if (outgoing.headersSent || outgoing.destroyed) return
      if (isSending) outgoing.writeHead(502, { connection: 'close' }).end()
      else forward(incoming, outgoing, onStart)
    })
  }

  return await listen(createServer(balance), port, '127.0.0.1')
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`, { signal: AbortSignal.timeout(1000) })).ok
  } catch {
    return false
  }
}
