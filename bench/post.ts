import { openSocket } from '../test/support/socket.ts'

export interface Post {
  url: string
  headers: Readonly<Record<string, string | number>>
  /** The body as it goes over the wire, each piece in one write. */
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Resets the connection. */
  signal?: AbortSignal
}

export interface Posted {
  /** 0 where the connection ended without an answer. */
  status: number
  /** The answer's JSON. */
  json: unknown
  /** From the first packet to the whole answer, milliseconds. */
  ms: number
}

/** Longest silence on a connection, milliseconds. */
const SILENCE_MS = 600_000

/** The same once the server has answered: some neither read on nor close. */
const SILENCE_AFTER_ANSWER_MS = 250

/**
 * Sends a body over a socket of its own, to the last byte even when the answer is there already, and resolves when the
 * connection is closed. It costs few cycles, which on a machine of two cores would be missing to the server.
 */
export async function post({ url, headers, pieces, signal }: Post): Promise<Posted> {
  const { host, pathname, search } = new URL(url)
  const started = performance.now()
  const { socket, write, answer } = await openSocket(url)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.setNoDelay(true)
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  signal?.addEventListener('abort', () => socket.destroy(), { once: true })
  const answered = answer.then(({ status, body }) => {
    socket.setTimeout(SILENCE_AFTER_ANSWER_MS)
    return { status, json: readJson(body), ms: performance.now() - started }
  })

  const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  await write(`POST ${pathname}${search} HTTP/1.1\r\n${fields.join('')}\r\n`)
  for await (const piece of pieces) {
    if (socket.destroyed) break
    await write(piece)
  }
  const posted = await answered
  socket.end()
  await closed
  return posted
}

/** What the server said of a problem, in one word. */
export function codeOf(json: unknown): string {
  return typeof json === 'object' && json !== null && 'code' in json ? String(json.code) : ''
}

function readJson(body: string): unknown {
  // Chunked bodies have numbers around their JSON.
  const [json] = /\{.*\}/s.exec(body) ?? []
  return json === undefined ? undefined : JSON.parse(json)
}
