/** Runs a limited number of tasks at once. After the first failure no further task may start. */
export interface Limiter {
  /** Resolves when another task may start; rejects with the first failure. */
  waitForSlot(): Promise<void>
  /** Starts a task. Call it only after `waitForSlot()`. */
  start(task: () => Promise<void>): void
  /** How many tasks are running. */
  inFlight(): number
  /** Resolves when one of the running tasks has ended; rejects with the first failure, or when no task is running. */
  waitForCompletion(): Promise<void>
  /** Resolves when every task has succeeded. After a failure it waits for all tasks and rejects with the first one. */
  drain(): Promise<void>
  /** Resolves when every task has ended, whether it succeeded or not. */
  settled(): Promise<void>
}

/**
 * @param maxInFlight The most tasks that run at once, at this moment.
 * @param onFailure Called as soon as a task fails, with the first failure only.
 */
export function createLimiter(maxInFlight: () => number, onFailure: (error: unknown) => void): Limiter {
  const inFlight = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined

  const throwIfFailed = () => {
    if (failure) throw failure.error
  }

  const settled = async () => {
    await Promise.all(inFlight)
  }

  return {
    async waitForSlot() {
      throwIfFailed()
      while (inFlight.size >= maxInFlight()) await Promise.race(inFlight)
      throwIfFailed()
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
    async waitForCompletion() {
      if (inFlight.size === 0) throw new RangeError('no task is in flight')
      await Promise.race(inFlight)
      throwIfFailed()
    },
    async drain() {
      await settled()
      throwIfFailed()
    },
    settled,
  }
}
