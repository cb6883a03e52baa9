/** Time and randomness, so that tests can control both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `callback` once, after `ms` milliseconds. The function it returns cancels the call. */
  after(ms: number, callback: () => void): () => void
  /** A random number from 0 up to, but not including, 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    // A longer delay would fire at once, and Node warns of a negative one. https://developer.mozilla.org/docs/Web/API/Window/setTimeout#maximum_delay_value
    const timer = setTimeout(callback, Math.min(Math.max(0, ms) || 0, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** Calls `callback` every `ms` milliseconds, until the function that it returns is called. */
export function repeat(clock: Pick<Clock, 'after'>, ms: number, callback: () => void): () => void {
  let cancelTimer = clock.after(ms, run)
  function run() {
    cancelTimer = clock.after(ms, run)
    callback()
  }
  return () => cancelTimer()
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
