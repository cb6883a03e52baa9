import { describe, expect, it } from 'vitest'
import { createWindow } from '../../src/relay/window.ts'

function deferred() {
  return Promise.withResolvers<void>()
}

describe('createWindow', () => {
  it('has room until its size is reached, and again as soon as a task ends', async () => {
    const window = createWindow(2, () => {})
    const [first, second] = [deferred(), deferred()]
    await window.room()
    window.start(() => first.promise)
    await window.room()
    window.start(() => second.promise)
    let room = false
    const waiting = window.room().then(() => {
      room = true
    })
    await Promise.resolve()
    expect(room).toBe(false)
    second.resolve()
    await waiting
    first.resolve()
    await window.drain()
  })

  it('reports the first failure alone, at once, and to everyone who waits', async () => {
    const failures: unknown[] = []
    const window = createWindow(2, (error) => failures.push(error))
    const [first, second] = [deferred(), deferred()]
    window.start(() => first.promise)
    window.start(() => second.promise)
    const room = window.room()
    first.reject(new Error('first'))
    await expect(room).rejects.toThrow('first')
    second.reject(new Error('second'))
    await expect(window.drain()).rejects.toThrow('first')
    expect(failures).toEqual([new Error('first')])
  })

  it('settles only when every task has ended, failed or not', async () => {
    const window = createWindow(2, () => {})
    const slow = deferred()
    window.start(() => Promise.reject(new Error('fast')))
    window.start(() => slow.promise)
    let settled = false
    const settling = window.settled().then(() => {
      settled = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    slow.resolve()
    await settling
  })
})
