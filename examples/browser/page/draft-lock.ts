/** How long a reload waits for the page before it to let go of the draft, milliseconds. */
const WAIT_MS = 500

/**
 * Whether the draft is this tab's, from now until it closes. Another tab with the same files would post them a second time.
 * Browsers before 2022 have no locks: there, every tab gets the draft.
 */
export async function ownDraft(): Promise<boolean> {
  if (!('locks' in navigator)) return true
  const options = isReload() ? { signal: AbortSignal.timeout(WAIT_MS) } : { ifAvailable: true }
  return await new Promise((resolve) => {
    const holdUntilClosed = (lock: Lock | null) => {
      resolve(lock !== null)
      return lock && new Promise<never>(() => {})
    }
    navigator.locks.request('draft', options, holdUntilClosed).catch(() => resolve(false))
  })
}

function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation')
  return entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
}
