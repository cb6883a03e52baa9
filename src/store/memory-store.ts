import type { Store } from './store.ts'

/** Texts that are remembered at once; the one put there first goes first. */
const MAX_KEYS = 100_000

/** Keeps all in this instance's memory: lost when the process ends, and unknown to others. */
export function memoryStore(clock: { now(): number } = Date): Store {
  const entries = new Map<string, { text: string; expiresAt: number }>()

  function read(key: string): string | undefined {
    const entry = entries.get(key)
    return entry === undefined || entry.expiresAt <= clock.now() ? undefined : entry.text
  }

  function makeRoom(): void {
    for (const [oldest, { expiresAt }] of entries) {
      if (expiresAt > clock.now() && entries.size < MAX_KEYS) break
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
