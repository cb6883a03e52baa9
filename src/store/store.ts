/**
 * What outlives a request: texts under keys, each of which is only ever replaced by whoever knows what is there. On this
 * rests all else: sessions of resumable uploads, quotas, and whose a media is. Durable ones come with the adapters.
 */
export interface Store {
  /** The text under a key; undefined when there is none, or its time is over. */
  get(key: string): Promise<string | undefined>
  /**
   * Puts `after` in the place of `before` and answers true, or leaves all as it is and answers false when the text is no
   * longer `before`. Undefined stands for no text. Must be atomic, and durable once answered.
   *
   * @param expiresAt Epoch milliseconds after which the text may be forgotten, and must not be seen any more.
   */
  compareAndSwap(
    key: string,
    before: string | undefined,
    after: string | undefined,
    expiresAt: number,
  ): Promise<boolean>
}

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

/**
 * Replaces a text by what `change` makes of it, again while others are quicker; `change` may be called several times.
 * Answers what is there then.
 */
export async function update(
  store: Store,
  key: string,
  change: (before: string | undefined) => { text: string; expiresAt: number },
): Promise<string> {
  for (;;) {
    const before = await store.get(key)
    const { text, expiresAt } = change(before)
    if (text === before || (await store.compareAndSwap(key, before, text, expiresAt))) return text
  }
}
