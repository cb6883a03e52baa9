import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** A connection to a server that the test can cut. */
export interface Line {
  url: string
  /** Drops every connection, as a network failure does. */
  cut(): void
  /**
   * Lets this many more bytes of clients through, and loses all that follow, as a dead network does, until `cut`. Resolves
   * when they have passed.
   */
  loseAfter(bytes: number): Promise<void>
  /** Lets clients send so many bytes per second; Infinity: as many as they can. */
  slowTo(bytesPerSec: number): void
  close(): void
}

export async function openLine(to: string): Promise<Line> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let bytesLeft = Number.POSITIVE_INFINITY
  let bytesPerMs = Number.POSITIVE_INFINITY
  let onLost = () => {}
  const limit = () =>
    new Transform({
      transform(bytes: Buffer, _, done) {
        const passed = bytes.subarray(0, bytesLeft)
        bytesLeft -= passed.length
        if (bytesLeft === 0) onLost()
        const pauseMs = bytes.length / bytesPerMs
        if (pauseMs === 0) done(null, passed)
        else setTimeout(done, pauseMs, null, passed)
      },
    })
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [from, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.once('close', () => {
        sockets.delete(from)
        other.destroy()
      })
    }
    client.pipe(limit()).pipe(upstream)
    upstream.pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the line has no port')
  const cut = () => {
    bytesLeft = Number.POSITIVE_INFINITY
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    loseAfter(bytes) {
      bytesLeft = bytes
      return new Promise((resolve) => {
        onLost = resolve
      })
    },
    slowTo(bytesPerSec) {
      bytesPerMs = bytesPerSec / 1000
    },
    close() {
      server.close()
      cut()
    },
  }
}
