import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/store/memory-store.ts'
import { createFakeClock } from '../../support/clock.ts'

it('removes up to 100 expired texts with each one that is written, also behind one that lives longer', async () => {
  const clock = createFakeClock()
  const store = memoryStore(clock)
  await store.compareAndSwap('long', undefined, 'text', clock.now() + 1_000_000)
  for (let at = 0; at < 250; at++) await store.compareAndSwap(`short:${at}`, undefined, 'text', clock.now() + 1000)
  expect(store.size).toBe(251)
  await clock.advance(1000)
  const sizes: number[] = []
  for (const key of ['a', 'b', 'c', 'd']) {
    await store.compareAndSwap(key, undefined, 'text', clock.now() + 1_000_000)
    sizes.push(store.size)
  }
  expect(sizes).toEqual([152, 53, 4, 5])
})

it('keeps a text that was written again with a later expiry', async () => {
  const clock = createFakeClock()
  const store = memoryStore(clock)
  await store.compareAndSwap('a', undefined, 'one', clock.now() + 1000)
  await store.compareAndSwap('a', 'one', 'two', clock.now() + 2000)
  await clock.advance(1000)
  await store.compareAndSwap('b', undefined, 'text', clock.now() + 1)
  expect(await store.get('a')).toBe('two')
  await clock.advance(1000)
  await store.compareAndSwap('c', undefined, 'text', clock.now() + 1)
  expect(store.size).toBe(1)
})

it('keeps 100,000 texts, and removes the one written longest ago for one more', async () => {
  const clock = createFakeClock()
  const store = memoryStore(clock)
  const expiresAt = clock.now() + 1000
  for (let at = 0; at < 100_000; at++) await store.compareAndSwap(String(at), undefined, 'text', expiresAt)
  await store.compareAndSwap('0', 'text', 'again', expiresAt)
  expect(store.size).toBe(100_000)
  await store.compareAndSwap('new', undefined, 'text', expiresAt)
  expect(store.size).toBe(100_000)
  expect(await Promise.all(['0', '1', '2', 'new'].map(store.get))).toEqual(['again', undefined, 'text', 'text'])
})

it('forgets a text that is removed', async () => {
  const clock = createFakeClock()
  const store = memoryStore(clock)
  await store.compareAndSwap('a', undefined, 'text', clock.now() + 1000)
  await store.compareAndSwap('a', 'text', undefined, clock.now() + 1000)
  expect(store.size).toBe(0)
})
