/**
 * X's resource dialect as cheaply as Node can speak it, in a process of its own: nothing is checked and nothing is kept,
 * so that what a server costs is its own cost.
 */

import { createServer } from 'node:http'
import { announce } from '../examples/announce.ts'

const MEDIA = { id: '1912103767639719937', media_key: '7_1912103767639719937', expires_after_secs: 86_400 }
const ANSWER = JSON.stringify({ data: MEDIA })

const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length })
    response.end(ANSWER)
  })
})
// Longer than clients keep idle connections: a close just as one is used again would cost a retry.
server.keepAliveTimeout = 120_000

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the sink has no port')
  announce({
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  })
})
