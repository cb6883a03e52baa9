import { describe, expect, it } from 'vitest'
import { createLimiter } from '../../../src/relay/in-flight-limiter.ts'

function deferred() {
  return Promise.withResolvers<void>()
}

describe('createLimiter', () => {
  it('lets a task start until its limit is reached, and another one as soon as a task ends', async () => {
    const limiter = createLimiter(
      () => 2,
      () => {},
    )
    const [first, second] = [deferred(), deferred()]
    await limiter.waitForSlot()
    limiter.start(() => first.promise)
    await limiter.waitForSlot()
    limiter.start(() => second.promise)
    let hasSlot = false
    const waiting = limiter.waitForSlot().then(() => {
      hasSlot = true
    })
    await Promise.resolve()
    expect(hasSlot).toBe(false)
    second.resolve()
    await waiting
    first.resolve()
    await limiter.drain()
  })

  it('reports only the first failure, at once, and to everyone who waits', async () => {
    const failures: unknown[] = []
    const limiter = createLimiter(
      () => 2,
      (error) => failures.push(error),
    )
    const [first, second] = [deferred(), deferred()]
    limiter.start(() => first.promise)
    limiter.start(() => second.promise)
    const waiting = limiter.waitForSlot()
    first.reject(new Error('first'))
    await expect(waiting).rejects.toThrow('first')
    second.reject(new Error('second'))
    await expect(limiter.drain()).rejects.toThrow('first')
    expect(failures).toEqual([new Error('first')])
  })

  it('settles only when every task has ended, even after a failure', async () => {
    const limiter = createLimiter(
      () => 2,
      () => {},
    )
    const slow = deferred()
    limiter.start(() => Promise.reject(new Error('fast')))
    limiter.start(() => slow.promise)
    let settled = false
    const settling = limiter.settled().then(() => {
      settled = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    slow.resolve()
    await settling
  })
})
