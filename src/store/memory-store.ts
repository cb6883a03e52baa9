import { createExpiryQueue } from '../lib/expiry-queue.ts'
import type { Store } from './store.ts'

/** A store in the memory of this process. */
export interface MemoryStore extends Store {
  /** How many texts it holds, with those that have expired but are not removed yet. */
  readonly size: number
}

/** The most texts to keep. Beyond it, the one written longest ago goes first. */
export const MAX_TEXTS = 100_000

/** The most expired texts to remove with each write, so that no write takes long. */
const MAX_REMOVED = 100

const memoryStores = new WeakSet<Store>()

/** Whether a store is one that `memoryStore` created. */
export function isMemoryStore(store: Store): boolean {
  return memoryStores.has(store)
}

/** Keeps state in the memory of this process: other processes do not see it, and it is lost when this one ends. */
export function memoryStore(clock: { now(): number } = Date): MemoryStore {
  /** In the order of writing. */
  const entries = new Map<string, { text: string; expiresAt: number }>()
  const expiries = createExpiryQueue<string>()

  function read(key: string): string | undefined {
    const entry = entries.get(key)
    return entry === undefined || entry.expiresAt <= clock.now() ? undefined : entry.text
  }

  function remove(key: string): void {
    entries.delete(key)
    expiries.delete(key)
  }

  function makeRoom(): void {
    for (const expired of expiries.take(clock.now(), MAX_REMOVED)) entries.delete(expired)
    if (entries.size < MAX_TEXTS) return
    const [oldest] = entries.keys()
    if (oldest !== undefined) remove(oldest)
  }

  const store: MemoryStore = {
    get size() {
      return entries.size
    },
    get: async (key) => read(key),
    async compareAndSwap(key, before, after, expiresAt) {
      if (read(key) !== before) return false
      remove(key)
      makeRoom()
      if (after === undefined) return true
      entries.set(key, { text: after, expiresAt })
      expiries.set(key, expiresAt)
      return true
    },
  }
  memoryStores.add(store)
  return store
}
