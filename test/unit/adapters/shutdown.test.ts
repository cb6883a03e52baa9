import { expect, it } from 'vitest'
import { createRequestsInProgress, DRAIN_MS, HANDOVER_MS } from '../../../adapters/shutdown.ts'
import { createFakeClock, type FakeClock } from '../../support/clock.ts'

/** Starts to drain while one request is in progress. */
function drainOne(drainMs?: number) {
  const clock = createFakeClock()
  const requests = createRequestsInProgress(clock)
  const leave = requests.enter()
  let isDrained = false
  const draining = requests.drain(drainMs === undefined ? {} : { drainMs }).then(() => {
    isDrained = true
  })
  return { clock, requests, leave, draining, isDrained: () => isDrained }
}

const settle = (clock: FakeClock) => clock.advance(0).then(() => new Promise((resolve) => setImmediate(resolve)))

it('drains at once when no request is in progress', async () => {
  const requests = createRequestsInProgress(createFakeClock())
  const leave = requests.enter()
  leave()
  leave()
  expect(requests.isDraining).toBe(false)
  await requests.drain()
  expect(requests.isDraining).toBe(true)
  expect(requests.cut.aborted).toBe(false)
})

it.each([
  [undefined, 5000],
  [200, 200],
  [0, 0],
])('lets requests end within a drainMs of %s, and cuts what is left after %i ms', async (drainMs, cutAfterMs) => {
  const { clock, requests, leave, draining } = drainOne(drainMs)
  await clock.advance(Math.max(0, cutAfterMs - 1))
  expect(requests.cut.aborted).toBe(cutAfterMs === 0)
  await clock.advance(1)
  expect(requests.cut.reason).toMatchObject({ code: 'shutting_down', status: 503, retryAfterSecs: 2 })
  leave()
  await draining
  expect(clock.timers).toBe(0)
})

it('is drained as soon as the last request has ended', async () => {
  const { clock, requests, leave, draining, isDrained } = drainOne()
  const leaveSecond = requests.enter()
  await clock.advance(DRAIN_MS - 1)
  leave()
  await settle(clock)
  expect(isDrained()).toBe(false)
  leaveSecond()
  await draining
  expect([requests.cut.aborted, clock.timers]).toEqual([false, 0])
})

it('waits no longer than 3 seconds for a request that was cut', async () => {
  const { clock, isDrained } = drainOne()
  await clock.advance(DRAIN_MS + HANDOVER_MS - 1)
  expect(isDrained()).toBe(false)
  await clock.advance(1)
  await settle(clock)
  expect(isDrained()).toBe(true)
  expect(HANDOVER_MS).toBe(3000)
})

it.each([Number.NaN, Infinity, -1])('refuses %d as drainMs', async (drainMs) => {
  await expect(createRequestsInProgress().drain({ drainMs })).rejects.toThrow(TypeError)
})
