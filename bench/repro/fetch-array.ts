/** Sends 1 GiB in arrays of 4 MiB, by `fetch` and by a socket, and prints the CPU seconds of both. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import process from 'node:process'

const body = new Uint8Array(4 * 1024 * 1024)
const server = createServer((socket) => {
  let left = 0
  socket.on('data', (data) => {
    if (left <= 0) left = body.length + data.indexOf('\r\n\r\n') + 4
    left -= data.length
    if (left <= 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
  })
}).listen(0)
await once(server, 'listening')
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
const socket = connect(port)

async function measure(name: string, send: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage()
  for (let sent = 0; sent < 256; sent++) await send()
  const { user, system } = process.cpuUsage(before)
  console.log(`${name}: ${((user + system) / 1e6).toFixed(2)} s`)
}
for (let round = 0; round < 2; round++) {
  await measure('fetch', async () => await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text())
  await measure('socket', async () => {
    socket.write(`POST / HTTP/1.1\r\ncontent-length: ${body.length}\r\n\r\n`)
    socket.write(body)
    await once(socket, 'data')
  })
}
process.exit()
