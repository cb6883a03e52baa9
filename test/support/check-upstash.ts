import { Redis } from '@upstash/redis/cloudflare'
import { redisStore } from '../../src/index.ts'
import { checkStore } from './store-checks.ts'

interface Env {
  UPSTASH_REDIS_REST_URL: string
  UPSTASH_REDIS_REST_TOKEN: string
}

export default {
  async fetch(_: Request, env: Env): Promise<Response> {
    const redis = Redis.fromEnv(env, { automaticDeserialization: false })
    return Response.json(
      await checkStore(redisStore({ sendCommand: (name = '', ...rest) => redis.exec([name, ...rest]) })),
    )
  },
}
