/** The pause after the first failure, milliseconds; it doubles with each one. */
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000

/** How long to wait after so many failures in a row, milliseconds. Half of it is random, so that clients spread out. */
export function pauseAfter(failures: number): number {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS)
  return pauseMs * (0.5 + Math.random() / 2)
}

/** Whether the platform knows that it has no network. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts or the network is back. Offline it waits for those. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = isOffline() ? undefined : setTimeout(end, ms)
    // Node and React Native have no such event.
    globalThis.addEventListener?.('online', end)
    signal.addEventListener('abort', end)

    function end(): void {
      clearTimeout(timer)
      globalThis.removeEventListener?.('online', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
  })
}
