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
