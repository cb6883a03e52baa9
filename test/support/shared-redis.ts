import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { sqliteStore } from '../../adapters/node.ts'
import { REDIS, startRedis } from './redis.ts'

/** A Redis for the code of the documentation, which calls this method of `ioredis`. */
export interface SharedRedis {
  call(name: string, ...rest: string[]): Promise<unknown>
  close(): Promise<void>
}

/** Starts Redis. Where it is not installed, SQLite obeys the two commands that `redisStore` sends. */
export async function openSharedRedis(): Promise<SharedRedis> {
  return REDIS ? await openRedis() : openSqlite()
}

async function openRedis(): Promise<SharedRedis> {
  const { url, stop } = await startRedis()
  const client = new Redis(url)
  return {
    call: (name, ...rest) => client.call(name, ...rest),
    async close() {
      client.disconnect()
      await stop()
    },
  }
}

function openSqlite(): SharedRedis {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  return {
    async call(name, ...rest) {
      if (name === 'GET') return await store.get(rest[0] ?? '')
      const [, , key = '', hasBefore, before, hasAfter, after, expiresAt] = rest
      const swap = [hasBefore ? before : undefined, hasAfter ? after : undefined] as const
      return (await store.compareAndSwap(key, ...swap, Number(expiresAt))) ? 1 : 0
    },
    async close() {
      database.close()
    },
  }
}
