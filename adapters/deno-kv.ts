import type { Store } from '../src/store/store.ts'

/** What is needed of a `Deno.Kv`. */
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

const PREFIX = 'x_media'

/**
 * Keeps all in Deno KV, which the instances of a deployment share: `denoKvStore(await Deno.openKv())`, with
 * `--unstable-kv`.
 */
export function denoKvStore(kv: DenoKv): Store {
  async function read(key: string) {
    const { value, versionstamp } = await kv.get([PREFIX, key])
    // Deno forgets what has expired in its own time.
    const isLiving = isEntry(value) && value.expiresAt > Date.now()
    return { text: isLiving ? value.text : undefined, versionstamp }
  }

  return {
    get: async (key) => (await read(key)).text,
    async compareAndSwap(key, before, after, expiresAt) {
      const { text, versionstamp } = await read(key)
      if (text !== before) return false
      const full = [PREFIX, key]
      const checked = kv.atomic().check({ key: full, versionstamp })
      const expireIn = Math.max(1, expiresAt - Date.now())
      const changed =
        after === undefined ? checked.delete(full) : checked.set(full, { text: after, expiresAt }, { expireIn })
      return (await changed.commit()).ok
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
