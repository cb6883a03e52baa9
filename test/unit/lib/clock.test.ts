import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'

it.each([
  [1000, 1000],
  [2 ** 31, 2 ** 31 - 1],
  [1e300, 2 ** 31 - 1],
  [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
  [-5, 0],
  [Number.NEGATIVE_INFINITY, 0],
  [Number.NaN, 0],
])('a callback after %d ms gets a timer of %d ms', (ms, expected) => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => setTimer.mockRestore())
  systemClock.after(ms, () => {})()
  expect(setTimer).toHaveBeenCalledExactlyOnceWith(expect.any(Function), expected)
})
