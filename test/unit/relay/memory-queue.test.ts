import { describe, expect, it, vi } from 'vitest'
import { createMemoryQueue } from '../../../src/relay/memory-queue.ts'

const noop = () => {}

describe('createMemoryQueue', () => {
  it('lets the uploads of one subject go first in the order in which they came, and those of others at any time', () => {
    const queue = createMemoryQueue()
    const [first, second, other] = [{}, {}, {}]
    expect(queue.wait('u1', first, 0, noop)).toBe(true)
    expect(queue.wait('u1', second, 1, noop)).toBe(true)
    expect(queue.wait('u1', first, 2, noop)).toBe(true)
    expect([first, second, other].map((upload) => queue.isFirst('u1', upload))).toEqual([true, false, false])
    expect(queue.isFirst('u2', other)).toBe(true)
    queue.leave('u1', first)
    expect(queue.isFirst('u1', second)).toBe(true)
    queue.leave('u1', second)
    expect(queue.isFirst('u1', other)).toBe(true)
  })

  it('calls the first of each subject when memory has come back, and the next one when the first has left', () => {
    const queue = createMemoryQueue()
    const uploads = { first: {}, second: {}, third: {}, other: {} }
    const called: string[] = []
    const join = (subject: string, name: keyof typeof uploads) =>
      queue.wait(subject, uploads[name], 0, () => called.push(name))
    for (const name of ['first', 'second', 'third'] as const) join('u1', name)
    join('u2', 'other')
    expect(called).toEqual([])
    queue.onReturned()
    expect(called.splice(0)).toEqual(['first', 'other'])
    queue.leave('u1', uploads.second)
    expect(called).toEqual([])
    queue.leave('u1', uploads.first)
    expect(called.splice(0)).toEqual(['third'])
    queue.leave('u1', uploads.third)
    queue.leave('u1', uploads.first)
    expect(called).toEqual([])
  })

  it('calls an upload that has joined again as it last asked for', () => {
    const queue = createMemoryQueue()
    const upload = {}
    const [before, now] = [vi.fn(), vi.fn()]
    queue.wait('u1', upload, 0, before)
    queue.wait('u1', upload, 1, now)
    queue.onReturned()
    expect([before.mock.calls.length, now.mock.calls.length]).toEqual([0, 1])
  })

  it('ends all waits once nothing has come back for 2 s, and later ones at once', () => {
    const queue = createMemoryQueue()
    const [first, second] = [{}, {}]
    expect(queue.wait('u1', first, 0, noop)).toBe(true)
    expect(queue.wait('u1', first, 1999, noop)).toBe(true)
    expect(queue.wait('u1', first, 2000, noop)).toBe(false)
    expect(queue.isFirst('u1', second)).toBe(true)
    expect(queue.wait('u1', second, 2001, noop)).toBe(false)
    queue.onReturned()
    expect(queue.wait('u1', second, 2002, noop)).toBe(true)
  })

  it('ends a wait after 5 s, however much comes back for others', () => {
    const queue = createMemoryQueue()
    const upload = {}
    for (let now = 0; now < 5000; now += 100) {
      expect(queue.wait('u1', upload, now, noop)).toBe(true)
      queue.onReturned()
    }
    expect(queue.wait('u1', upload, 5000, noop)).toBe(false)
  })
})
