import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A response as text, read until it is complete or the connection has ended. */
export interface RawAnswer {
  status: number
  headers: string
  body: string
}

/** A connection on which a test can send bytes that no HTTP client would. */
export interface RawConnection {
  socket: Socket
  /** Writes as much as the other side accepts. */
  write(bytes: string | Uint8Array): Promise<void>
  /** Resolves with status 0 when the connection ended without an answer. */
  answer: Promise<RawAnswer>
}

export async function openSocket(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  await once(socket, 'connect')
  let text = ''
  const answer = new Promise<RawAnswer>((resolve) => {
    const read = () => resolve(parse(text))
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (isComplete(text)) read()
    })
    socket.once('close', read)
    socket.on('error', () => {})
  })
  return {
    socket,
    answer,
    async write(bytes) {
      if (socket.destroyed || socket.write(bytes)) return
      const ended = new AbortController()
      const drained = once(socket, 'drain', { signal: ended.signal }).catch(() => {})
      await Promise.race([drained, answer])
      ended.abort()
    },
  }
}

/** Sends one request, head and body, and resolves to the response. */
export async function sendRaw(
  url: string,
  head: string[],
  body: Iterable<Uint8Array> = [],
  host: string = new URL(url).host,
): Promise<RawAnswer> {
  const connection = await openSocket(url)
  await connection.write(`${[...head, `host: ${host}`].join('\r\n')}\r\n\r\n`)
  for (const bytes of body) await connection.write(bytes)
  const answer = await connection.answer
  connection.socket.destroy()
  return answer
}

function parse(text: string): RawAnswer {
  const [headers = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1] ?? 0), headers, body }
}

function isComplete(text: string): boolean {
  const { headers, body } = parse(text)
  if (!text.includes('\r\n\r\n')) return false
  const length = /^content-length: (\d+)/im.exec(headers)?.[1]
  return length === undefined ? body.includes('\r\n0\r\n\r\n') || body === '0\r\n\r\n' : body.length >= Number(length)
}
