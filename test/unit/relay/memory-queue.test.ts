import { describe, expect, it } from 'vitest'
import { createMemoryQueue } from '../../../src/relay/memory-queue.ts'

describe('createMemoryQueue', () => {
  it('lets the uploads of one subject go first in the order in which they came, and those of others at any time', () => {
    const queue = createMemoryQueue()
    const [first, second, other] = [{}, {}, {}]
    expect(queue.wait('u1', first, 0)).toBe(1)
    expect(queue.wait('u1', second, 1)).toBe(2)
    expect(queue.wait('u1', first, 2)).toBe(1)
    expect([first, second, other].map((upload) => queue.isFirst('u1', upload))).toEqual([true, false, false])
    expect(queue.isFirst('u2', other)).toBe(true)
    queue.leave('u1', first)
    expect(queue.isFirst('u1', second)).toBe(true)
    queue.leave('u1', second)
    expect(queue.isFirst('u1', other)).toBe(true)
  })

  it('ends all waits once nothing has come back for 2 s, and later ones at once', () => {
    const queue = createMemoryQueue()
    const [first, second] = [{}, {}]
    expect(queue.wait('u1', first, 0)).toBe(1)
    expect(queue.wait('u1', first, 1999)).toBe(1)
    expect(queue.wait('u1', first, 2000)).toBeUndefined()
    expect(queue.isFirst('u1', second)).toBe(true)
    expect(queue.wait('u1', second, 2001)).toBeUndefined()
    queue.onReturned()
    expect(queue.wait('u1', second, 2002)).toBe(1)
  })

  it('ends a wait after 5 s, however much comes back for others', () => {
    const queue = createMemoryQueue()
    const upload = {}
    for (let now = 0; now < 5000; now += 100) {
      expect(queue.wait('u1', upload, now)).toBe(1)
      queue.onReturned()
    }
    expect(queue.wait('u1', upload, 5000)).toBeUndefined()
  })
})
