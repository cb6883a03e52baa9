import type { Store } from '../src/store/store.ts'

/** The part of `Deno.Kv` that the store uses. */
export interface DenoKv {
  get(key: string[]): Promise<{ value: unknown; versionstamp: string | null }>
  atomic(): DenoKvAtomic
}

interface DenoKvAtomic {
  check(check: { key: string[]; versionstamp: string | null }): DenoKvAtomic
  set(key: string[], value: unknown, options: { expireIn: number }): DenoKvAtomic
  delete(key: string[]): DenoKvAtomic
  commit(): Promise<{ ok: boolean }>
}

/** First part of every key. */
const PREFIX = 'x_media'

/**
 * A store in Deno KV, which all instances of a deployment share: `denoKvStore(await Deno.openKv())`. Deno needs the
 * flag `--unstable-kv`.
 */
export function denoKvStore(kv: DenoKv): Store {
  async function read(key: string) {
    const { value, versionstamp } = await kv.get([PREFIX, key])
    // Deno may remove an expired entry late.
    const isLive = isEntry(value) && value.expiresAt > Date.now()
    return { text: isLive ? value.text : undefined, versionstamp }
  }

  return {
    get: async (key) => (await read(key)).text,
    async compareAndSwap(key, before, after, expiresAt) {
      const { text, versionstamp } = await read(key)
      if (text !== before) return false
      const fullKey = [PREFIX, key]
      const checked = kv.atomic().check({ key: fullKey, versionstamp })
      const expireIn = Math.max(1, expiresAt - Date.now())
      const change =
        after === undefined ? checked.delete(fullKey) : checked.set(fullKey, { text: after, expiresAt }, { expireIn })
      return (await change.commit()).ok
    },
  }
}

function isEntry(value: unknown): value is { text: string; expiresAt: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'expiresAt' in value &&
    typeof value.expiresAt === 'number'
  )
}
