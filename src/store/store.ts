/**
 * Keeps state that outlives a request: sessions of resumable uploads, quotas, and the owners of media. A store maps
 * keys to texts. The adapters have durable ones.
 */
export interface Store {
  /** Resolves to the text under a key; undefined when there is none, or when it has expired. */
  get(key: string): Promise<string | undefined>
  /**
   * Replaces `before` with `after` and resolves to true. If the text is no longer `before`, it changes nothing and
   * resolves to false. Undefined stands for no text. Must be atomic, and durable once it has resolved.
   *
   * @param expiresAt Epoch milliseconds at which the text expires: from then on `get` must not return it.
   */
  compareAndSwap(
    key: string,
    before: string | undefined,
    after: string | undefined,
    expiresAt: number,
  ): Promise<boolean>
}

/**
 * Replaces the text under a key with what `change` makes of it, and resolves to the new text. It tries again when
 * another writer was faster, so `change` may run more than once.
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
