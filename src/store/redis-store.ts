import type { Store } from './store.ts'

export interface RedisStoreOptions {
  /** Sends one command to Redis and answers with its reply: how, is the client's own. */
  sendCommand: (...command: string[]) => Promise<unknown>
  /** In front of every key. Default `x-media:`. */
  prefix?: string
}

/** Compares and sets in one step: a script runs alone. https://redis.io/docs/latest/develop/programmability/eval-intro/ */
const SWAP = `local before, after = ARGV[2], ARGV[4]
local is = redis.call('GET', KEYS[1])
if (is == false) ~= (ARGV[1] == '') or (is and is ~= before) then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], after, 'PXAT', ARGV[5]) end
return 1`

/**
 * Keeps all in Redis 6.2 or later, or what speaks as it does, for all instances that reach it. With `redis`:
 * `sendCommand: (...command) => client.sendCommand(command)`; with `ioredis`: `sendCommand: (name, ...rest) =>
 * client.call(name, ...rest)`. How durable it is, is Redis's to say: see `appendfsync`.
 */
export function redisStore({ sendCommand, prefix = 'x-media:' }: RedisStoreOptions): Store {
  return {
    async get(key) {
      const text = await sendCommand('GET', prefix + key)
      return typeof text === 'string' ? text : undefined
    },
    async compareAndSwap(key, before, after, expiresAt) {
      const old = before === undefined ? ['', ''] : ['1', before]
      const fresh = after === undefined ? ['', ''] : ['1', after]
      return (await sendCommand('EVAL', SWAP, '1', prefix + key, ...old, ...fresh, String(expiresAt))) === 1
    },
  }
}
