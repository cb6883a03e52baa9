import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Redis } from 'ioredis'
import { listen } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'

export const UPSTASH_TOKEN = 'a-token-of-upstash'

/**
 * Serves a Redis by the protocol of Upstash: a command is a JSON array, and strings in the answer are base64 if the client
 * wants that. https://upstash.com/docs/redis/features/restapi
 */
export async function startUpstashServer(redis: Redis): Promise<RunningServer> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.headers.authorization !== `Bearer ${UPSTASH_TOKEN}`) {
      answer(401, { error: 'WRONGPASS invalid or missing auth token' })
      return
    }
    const command: unknown = await json(request)
    if (request.method !== 'POST' || request.url !== '/' || !Array.isArray(command)) {
      answer(404, { error: 'ERR unknown request' })
      return
    }
    const [name, ...rest] = command.map(String)
    try {
      const result = await redis.call(name ?? '', ...rest)
      const isEncoded = request.headers['upstash-encoding'] === 'base64' && typeof result === 'string'
      answer(200, { result: isEncoded ? Buffer.from(String(result)).toString('base64') : result })
    } catch (error) {
      answer(400, { error: String(error) })
    }
  })
  return await listen(server, 0, '127.0.0.1')
}
