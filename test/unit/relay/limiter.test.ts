import { describe, expect, it } from 'vitest'
import { createLimiter } from '../../../src/lib/limiter.ts'

function deferred() {
  return Promise.withResolvers<void>()
}

describe('createLimiter', () => {
  it('has room until its size is reached, and again as soon as a task ends', async () => {
    const limiter = createLimiter(2, () => {})
    const [first, second] = [deferred(), deferred()]
    await limiter.waitForSlot()
    limiter.start(() => first.promise)
    await limiter.waitForSlot()
    limiter.start(() => second.promise)
    let room = false
    const waiting = limiter.waitForSlot().then(() => {
      room = true
    })
    await Promise.resolve()
    expect(room).toBe(false)
    second.resolve()
    await waiting
    first.resolve()
    await limiter.drain()
  })

  it('reports the first failure alone, at once, and to everyone who waits', async () => {
    const failures: unknown[] = []
    const limiter = createLimiter(2, (error) => failures.push(error))
    const [first, second] = [deferred(), deferred()]
    limiter.start(() => first.promise)
    limiter.start(() => second.promise)
    const room = limiter.waitForSlot()
    first.reject(new Error('first'))
    await expect(room).rejects.toThrow('first')
    second.reject(new Error('second'))
    await expect(limiter.drain()).rejects.toThrow('first')
    expect(failures).toEqual([new Error('first')])
  })

  it('settles only when every task has ended, failed or not', async () => {
    const limiter = createLimiter(2, () => {})
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
