/** How long we go on waiting while no memory comes back, in milliseconds: X may have stopped responding. */
const STALLED_MS = 2000

/** The longest wait, in milliseconds. Clients give up after 30 seconds or more without progress. */
const MAX_WAIT_MS = 5000

/**
 * Uploads that would rather wait for a large segment than send small ones. Those of one subject wait in line, because an
 * upload that has just returned its memory would otherwise be the first to take it again.
 *
 * Nothing is called back: each upload asks again every few milliseconds. On Workers, no request may wait for another.
 */
export interface MemoryQueue {
  /** Whether no other upload of the subject has been waiting for longer. */
  isFirst(subject: string | undefined, upload: object): boolean
  /** Joins the queue, or stays in it. The upload's place, from 1; undefined when waiting is in vain: then it has left. */
  wait(subject: string | undefined, upload: object, now: number): number | undefined
  leave(subject: string | undefined, upload: object): void
  /** Call this when an upload has returned memory. */
  onReturned(): void
}

export function createMemoryQueue(): MemoryQueue {
  /** Since when each upload has been waiting. */
  const lines = new Map<string | undefined, Map<object, number>>()
  /** Since when some upload has been waiting and no memory has come back. */
  let stalledSince: number | undefined

  function leave(subject: string | undefined, upload: object): void {
    const line = lines.get(subject)
    if (line?.delete(upload) && line.size === 0) lines.delete(subject)
  }

  return {
    isFirst(subject, upload) {
      const [first = upload] = lines.get(subject)?.keys() ?? []
      return first === upload
    },
    wait(subject, upload, now) {
      const line = lines.get(subject) ?? new Map<object, number>()
      const since = line.get(upload) ?? now
      stalledSince ??= now
      if (now - stalledSince >= STALLED_MS || now - since >= MAX_WAIT_MS) {
        leave(subject, upload)
        return undefined
      }
      lines.set(subject, line.set(upload, since))
      return [...line.keys()].indexOf(upload) + 1
    },
    leave,
    onReturned() {
      stalledSince = undefined
    },
  }
}
