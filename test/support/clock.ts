import { setImmediate as turn } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/lib/clock.ts'

/** A clock that stands still until the test advances it. */
export interface FakeClock extends Clock {
  /** Advances by `ms` milliseconds, and runs each callback when it is due. */
  advance(ms: number): Promise<void>
  /** The number of callbacks that are not due yet. */
  readonly timers: number
}

export function createFakeClock(): FakeClock {
  let now = 1_790_000_000_000
  const timers = new Set<{ at: number; wake: () => void }>()

  return {
    now: () => now,
    random: () => 0.5,
    after(ms, wake) {
      const timer = { at: now + ms, wake }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    get timers() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.at - b.at)
        if (next === undefined || next.at > until) break
        timers.delete(next)
        now = next.at
        next.wake()
        // Code that waited for this callback runs before the next one.
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = until
    },
  }
}

/** Settles like `work`, and meanwhile advances the clock from one callback to the next, whenever `work` waits for one. */
export async function whileAdvancing<T>(clock: FakeClock, work: () => Promise<T>, stepMs = 50): Promise<T> {
  let isSettled = false
  const settled = work().finally(() => {
    isSettled = true
  })
  settled.catch(() => {})
  while (!isSettled) {
    for (let turn = 0; turn < 10 && !isSettled; turn++) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(stepMs)
  }
  return await settled
}

/** Gives the servers of this process a fake clock until the test ends. */
export function useFakeClock(): FakeClock {
  const clock = createFakeClock()
  const spies = [
    vi.spyOn(systemClock, 'now').mockImplementation(clock.now),
    vi.spyOn(systemClock, 'after').mockImplementation(clock.after),
    vi.spyOn(systemClock, 'random').mockImplementation(clock.random),
  ]
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return clock
}

/** Lets time pass until a promise has settled. */
export async function whileTimePasses<Result>(clock: FakeClock, work: Promise<Result>): Promise<Result> {
  let isSettled = false
  const settled = () => {
    isSettled = true
  }
  work.then(settled, settled)
  while (!isSettled) {
    for (let left = 20; left > 0 && !isSettled; left--) await turn()
    if (!isSettled) await clock.advance(10)
  }
  return await work
}
