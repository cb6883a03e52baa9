import type { Store } from './store.ts'

export interface RedisStoreOptions {
  /** Sends one command to Redis and resolves to its reply. Every Redis client has a method for it. */
  sendCommand: (...command: string[]) => Promise<unknown>
  /** Comes before every key. Default `x-media:`. */
  prefix?: string
}

/** Redis runs a script atomically. https://redis.io/docs/latest/develop/programmability/eval-intro/ */
const COMPARE_AND_SWAP = `local before, after = ARGV[2], ARGV[4]
local found = redis.call('GET', KEYS[1])
if (found == false) ~= (ARGV[1] == '') or (found and found ~= before) then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], after, 'PXAT', ARGV[5]) end
return 1`

/**
 * Keeps state in Redis 6.2 or later, or a compatible server such as Valkey, for all processes that share it. With `redis`:
 * `sendCommand: (...command) => client.sendCommand(command)`; with `ioredis`: `sendCommand: (name, ...rest) =>
 * client.call(name, ...rest)`. Every command has one key, so a cluster needs no `{…}` in the prefix. What survives a crash of
 * Redis depends on its `appendfsync`.
 *
 * A client may send a command again when it lost the connection. What was written already is not written twice then.
 */
export function redisStore({ sendCommand, prefix = 'x-media:' }: RedisStoreOptions): Store {
  return {
    async get(key) {
      const text = await sendCommand('GET', prefix + key)
      if (typeof text === 'string' || text === undefined) return text
      if (text === null) return undefined
      // Otherwise an upload would seem to be gone.
      throw new TypeError('sendCommand resolved to no string. With Upstash, set automaticDeserialization to false.')
    },
    async compareAndSwap(key, before, after, expiresAt) {
      // Two arguments a text: whether there is one, and the text itself, which may be empty.
      const texts = [before, after].flatMap((text) => (text === undefined ? ['', ''] : ['1', text]))
      return (await sendCommand('EVAL', COMPARE_AND_SWAP, '1', prefix + key, ...texts, String(expiresAt))) === 1
    },
  }
}
