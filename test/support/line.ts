import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A connection to a server that the test can cut. */
export interface Line {
  url: string
  /** Drops every connection, as a network failure does. */
  cut(): void
  close(): void
}

export async function openLine(to: string): Promise<Line> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
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
      from.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the line has no port')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    close() {
      server.close()
      cut()
    },
  }
}
