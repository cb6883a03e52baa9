import { sqliteStore } from '../adapters/node.ts'
import { redisStore, type Store } from '../src/index.ts'

/** The store that `X_MEDIA_STORE` names: a `redis:` URL, or the path of a SQLite file; none when it is not set. */
export async function openStore(place: string | undefined): Promise<Store | undefined> {
  if (!place) return undefined
  if (/^rediss?:/.test(place)) {
    const { Redis } = await import('ioredis')
    const client = new Redis(place)
    return redisStore({ sendCommand: (name, ...rest) => client.call(name, ...rest) })
  }
  const { DatabaseSync } = await import('node:sqlite')
  return sqliteStore(new DatabaseSync(place))
}
