/** How long we go on waiting while no memory comes back, in milliseconds: X may have stopped responding. */
const STALLED_MS = 2000

/** The longest wait, in milliseconds. Clients give up after 30 seconds or more without progress. */
const MAX_WAIT_MS = 5000

/**
 * Uploads that would rather wait for a large segment than send small ones. Those of one subject wait in line, because an
 * upload that has just returned its memory would otherwise be the first to take it again.
 *
 * The first in each line is called when memory has come back. Nothing else may happen in that call: on Workers it is part of
 * the request that has returned the memory.
 */
export interface MemoryQueue {
  /** Whether no other upload of the subject has been waiting for longer. */
  isFirst(subject: string | undefined, upload: object): boolean
  /**
   * Joins the queue, or stays in it. False when waiting is in vain: then the upload has left.
   *
   * @param onTurn Called each time when the upload is the first in its line and may find memory.
   */
  wait(subject: string | undefined, upload: object, now: number, onTurn: () => void): boolean
  leave(subject: string | undefined, upload: object): void
  /** Call this when an upload has returned memory. */
  onReturned(): void
}

interface Waiting {
  since: number
  onTurn: () => void
}

function firstOf(line: ReadonlyMap<object, Waiting>): Waiting | undefined {
  const [first] = line.values()
  return first
}

export function createMemoryQueue(): MemoryQueue {
  const lines = new Map<string | undefined, Map<object, Waiting>>()
  /** Since when some upload has been waiting and no memory has come back. */
  let stalledSince: number | undefined

  function leave(subject: string | undefined, upload: object): void {
    const line = lines.get(subject)
    if (!line?.has(upload)) return
    const wasFirst = firstOf(line) === line.get(upload)
    line.delete(upload)
    if (line.size === 0) lines.delete(subject)
    else if (wasFirst) firstOf(line)?.onTurn()
  }

  return {
    isFirst(subject, upload) {
      const [first = upload] = lines.get(subject)?.keys() ?? []
      return first === upload
    },
    wait(subject, upload, now, onTurn) {
      const line = lines.get(subject) ?? new Map<object, Waiting>()
      const since = line.get(upload)?.since ?? now
      stalledSince ??= now
      if (now - stalledSince >= STALLED_MS || now - since >= MAX_WAIT_MS) {
        leave(subject, upload)
        return false
      }
      lines.set(subject, line.set(upload, { since, onTurn }))
      return true
    },
    leave,
    onReturned() {
      stalledSince = undefined
      for (const line of lines.values()) firstOf(line)?.onTurn()
    },
  }
}
