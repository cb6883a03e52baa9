import { onTestFinished, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/lib/clock.ts'

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves on by `ms` milliseconds and runs what is due on the way, each at its time. */
  advance(ms: number): Promise<void>
  /** Things that are still to be run. */
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
        // Whoever waited for it goes on before the next one.
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = until
    },
  }
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
