/** Time and chance, so that tests can drive them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `wake` once after `ms` milliseconds; the answer calls it off. */
  after(ms: number, wake: () => void): () => void
  /** A number in [0, 1). */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    // Longer times would wake at once. https://developer.mozilla.org/docs/Web/API/Window/setTimeout#maximum_delay_value
    const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancelTimer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    const onAbort = () => {
      cancelTimer()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
