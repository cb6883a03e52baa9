import type { Store } from './store.ts'

/** The most texts to keep. Beyond it, the one written longest ago goes first. */
const MAX_TEXTS = 100_000

/** Keeps state in the memory of this process: other processes do not see it, and it is lost when this one ends. */
export function memoryStore(clock: { now(): number } = Date): Store {
  const entries = new Map<string, { text: string; expiresAt: number }>()

  function read(key: string): string | undefined {
    const entry = entries.get(key)
    return entry === undefined || entry.expiresAt <= clock.now() ? undefined : entry.text
  }

  function makeRoom(): void {
    for (const [oldest, { expiresAt }] of entries) {
      if (expiresAt > clock.now() && entries.size < MAX_TEXTS) break
      entries.delete(oldest)
    }
  }

  return {
    get: async (key) => read(key),
    async compareAndSwap(key, before, after, expiresAt) {
      if (read(key) !== before) return false
      entries.delete(key)
      makeRoom()
      if (after !== undefined) entries.set(key, { text: after, expiresAt })
      return true
    },
  }
}
