import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { MountedServer } from './mounted-server.ts'

/** The time limit without any progress, milliseconds. */
const IDLE_MS = 60_000

/** All bodies are this, over and over. */
const ZEROS: Uint8Array = new Uint8Array(65_536)

export interface CountAnswer {
  status: number
  /** The name of what answered, as its header `Server` says. */
  server: string | undefined
  text: string
}

/**
 * Posts a body of zeros to the server's `/doctor`. `fetch` would lose the answer of a proxy that refuses a body before it has
 * all of it. Rejects when the connection ends without an answer.
 */
export async function sendZeros({ url, headers }: MountedServer, bytes: number): Promise<CountAnswer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return await new Promise((resolve, reject) => {
    const outgoing = send(`${url}/doctor`, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': bytes },
    })
    let left = bytes
    function write(): void {
      while (left > 0 && !outgoing.destroyed) {
        const chunk = ZEROS.subarray(0, left)
        left -= chunk.length
        if (!outgoing.write(chunk)) {
          outgoing.once('drain', write)
          return
        }
      }
      outgoing.end()
    }
    outgoing.setTimeout(IDLE_MS, () => outgoing.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      readText(incoming).then((text) => {
        const { statusCode: status = 0, headers: answered } = incoming
        resolve({ status, server: [answered['server']].flat()[0], text })
        outgoing.destroy()
      }, reject)
    })
    write()
  })
}

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = ''
  incoming.setEncoding('utf8')
  for await (const chunk of incoming) text += chunk
  return text
}
