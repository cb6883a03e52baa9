import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isOffline, pauseAfter, wait } from '../../../src/browser/waiting.ts'

/** Counts, and settles at once when the promise has. */
function watch(promise: Promise<void>): { isOver: () => Promise<boolean> } {
  let over = false
  promise.then(() => {
    over = true
  })
  return {
    async isOver() {
      await vi.advanceTimersByTimeAsync(0)
      return over
    },
  }
}

describe('wait', () => {
  let page: EventTarget

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const never = new AbortController().signal

  it('ends after the time', async () => {
    const waiting = watch(wait(1000, never))
    await vi.advanceTimersByTimeAsync(999)
    expect(await waiting.isOver()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await waiting.isOver()).toBe(true)
  })

  it('lasts until the network is back where the platform knows that there is none', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    expect(isOffline()).toBe(true)
    const waiting = watch(wait(1000, never))
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(await waiting.isOver()).toBe(false)
    page.dispatchEvent(new Event('online'))
    expect(await waiting.isOver()).toBe(true)
  })

  it('ends early when the network is back, or the signal aborts', async () => {
    const byNetwork = watch(wait(1000, never))
    page.dispatchEvent(new Event('online'))
    expect(await byNetwork.isOver()).toBe(true)
    const controller = new AbortController()
    const bySignal = watch(wait(1000, controller.signal))
    controller.abort()
    expect(await bySignal.isOver()).toBe(true)
    expect(await watch(wait(1000, controller.signal)).isOver()).toBe(true)
  })

  it('works where there is neither such an event nor a navigator', async () => {
    for (const name of ['addEventListener', 'removeEventListener', 'navigator']) vi.stubGlobal(name, undefined)
    expect(isOffline()).toBe(false)
    const waiting = watch(wait(10, never))
    await vi.advanceTimersByTimeAsync(10)
    expect(await waiting.isOver()).toBe(true)
  })
})

it('pauses longer with each failure, 30 s at most', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(pauseAfter)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  vi.mocked(Math.random).mockReturnValue(0)
  expect(pauseAfter(1)).toBe(250)
  vi.restoreAllMocks()
})
