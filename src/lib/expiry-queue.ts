/** Items in the order in which they expire. Setting, deleting and taking one costs O(log n). */
export interface ExpiryQueue<Item> {
  /** Adds an item, or moves it to another time. */
  set(item: Item, expiresAt: number): void
  delete(item: Item): void
  /** Removes the items that have expired by `now`, the earliest first, and returns them: `max` at most. */
  take(now: number, max: number): Item[]
}

interface Entry<Item> {
  item: Item
  expiresAt: number
}

export function createExpiryQueue<Item>(): ExpiryQueue<Item> {
  /** A binary heap: the children of the entry at `index` are at `2 * index + 1` and after, and do not expire earlier. */
  const heap: Entry<Item>[] = []
  const indices = new Map<Item, number>()

  function put(entry: Entry<Item>, index: number): void {
    heap[index] = entry
    indices.set(entry.item, index)
  }

  /** Puts an entry at `index`, or higher up where those above it expire later. */
  function rise(entry: Entry<Item>, start: number): void {
    let index = start
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]
      if (parent === undefined || parent.expiresAt <= entry.expiresAt) break
      put(parent, index)
      index = parentIndex
    }
    put(entry, index)
  }

  /** Puts an entry at `index`, or further down where those below it expire earlier. */
  function sink(entry: Entry<Item>, start: number): void {
    let index = start
    for (;;) {
      const childIndex = earlierOf(2 * index + 1, 2 * index + 2)
      const child = heap[childIndex]
      if (child === undefined || child.expiresAt >= entry.expiresAt) break
      put(child, index)
      index = childIndex
    }
    put(entry, index)
  }

  function earlierOf(left: number, right: number): number {
    return (heap[right]?.expiresAt ?? Infinity) < (heap[left]?.expiresAt ?? Infinity) ? right : left
  }

  function remove(item: Item): void {
    const index = indices.get(item)
    const last = heap.at(-1)
    if (index === undefined || last === undefined) return
    heap.pop()
    indices.delete(item)
    if (last.item !== item) move(last, index)
  }

  function move(entry: Entry<Item>, index: number): void {
    const parent = heap[(index - 1) >> 1]
    if (index > 0 && parent !== undefined && parent.expiresAt > entry.expiresAt) rise(entry, index)
    else sink(entry, index)
  }

  return {
    set(item, expiresAt) {
      const entry = { item, expiresAt }
      const index = indices.get(item)
      if (index === undefined) rise(entry, heap.length)
      else move(entry, index)
    },
    delete: remove,
    take(now, max) {
      const taken: Item[] = []
      for (let [first] = heap; first !== undefined && first.expiresAt <= now && taken.length < max; [first] = heap) {
        taken.push(first.item)
        remove(first.item)
      }
      return taken
    },
  }
}
