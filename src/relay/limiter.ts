/** A bounded number of tasks in flight; the first failure stops the rest. */
export interface Limiter {
  /** Resolves when one more task may start; rejects with the first failure. */
  waitForSlot(): Promise<void>
  /** Starts a task; call only after `waitForSlot()`. */
  start(task: () => Promise<void>): void
  /** Tasks that have not ended. */
  inFlight(): number
  /** Resolves when one of the tasks in flight has ended; there must be one. */
  waitForRelease(): Promise<void>
  /** Resolves when every task has succeeded; rejects with the first failure once all have ended. */
  drain(): Promise<void>
  /** Resolves when every task has ended, however. */
  settled(): Promise<void>
}

export function createLimiter(size: number, onFailure: (error: unknown) => void): Limiter {
  const inFlight = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined

  const check = () => {
    if (failure) throw failure.error
  }

  const settled = async () => {
    await Promise.all(inFlight)
  }

  return {
    async waitForSlot() {
      check()
      while (inFlight.size >= size) await Promise.race(inFlight)
      check()
    },
    start(task) {
      const running: Promise<void> = task()
        .catch((error: unknown) => {
          if (failure) return
          failure = { error }
          onFailure(error)
        })
        .finally(() => inFlight.delete(running))
      inFlight.add(running)
    },
    inFlight: () => inFlight.size,
    async waitForRelease() {
      if (inFlight.size === 0) throw new RangeError('no task is in flight')
      await Promise.race(inFlight)
      check()
    },
    async drain() {
      await settled()
      check()
    },
    settled,
  }
}
