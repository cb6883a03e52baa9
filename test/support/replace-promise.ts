import { onTestFinished, vi } from 'vitest'

/** Replaces the global `Promise` until the test ends, as zone.js does: async functions still return the original. */
export function replacePromise(): void {
  vi.stubGlobal('Promise', class extends Promise<unknown> {})
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
}
