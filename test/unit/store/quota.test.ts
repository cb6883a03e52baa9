import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../src/index.ts'
import { type QuotaUse, quotaStore } from '../../../src/store/quota.ts'

const LATER = 4_102_531_200_000
const ONE_UPLOAD: QuotaUse = { uploads: 1, bytes: 100 }

async function storeWith(text: string): Promise<Store> {
  const store = memoryStore()
  await store.compareAndSwap('quota:1:u1', undefined, text, LATER)
  return store
}

it('writes version 2', async () => {
  const store = memoryStore()
  await quotaStore(store).add('1:u1', ONE_UPLOAD, LATER)
  expect(JSON.parse((await store.get('quota:1:u1')) ?? '')).toEqual({ version: 2, uploads: 1, bytes: 100 })
})

it('continues a count of 0.1.0, which has no version', async () => {
  const store = await storeWith('{"uploads":2,"bytes":500}')
  expect(await quotaStore(store).add('1:u1', ONE_UPLOAD, LATER)).toEqual({ uploads: 3, bytes: 600 })
})

it.each([
  ['of a newer version', '{"version":3,"uploads":2,"bytes":500}'],
  ['without bytes', '{"version":2,"uploads":2}'],
  ['that is no JSON', 'two'],
])('rejects with store_unavailable for a count %s, and leaves it alone', async (_, text) => {
  const store = await storeWith(text)
  await expect(quotaStore(store).add('1:u1', ONE_UPLOAD, LATER)).rejects.toMatchObject({
    code: 'store_unavailable',
    status: 503,
  })
  expect(await store.get('quota:1:u1')).toBe(text)
})

it('counts sixteen uploads at once with two calls to the store for each, and those of another instance too', async () => {
  const store = memoryStore()
  let calls = 0
  const slow: Store = {
    async get(key) {
      calls++
      await setImmediate()
      return await store.get(key)
    },
    async compareAndSwap(...swap) {
      calls++
      await setImmediate()
      return await store.compareAndSwap(...swap)
    },
  }
  const quota = quotaStore(slow)
  const sums = await Promise.all(Array.from({ length: 16 }, () => quota.add('1:u1', ONE_UPLOAD, LATER)))
  expect(sums.map(({ uploads }) => uploads).sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
  expect(calls).toBeLessThanOrEqual(2 * 16)

  const other = quotaStore(slow)
  await Promise.all(
    Array.from({ length: 8 }, () => [quota, other].map((one) => one.add('1:u1', ONE_UPLOAD, LATER))).flat(),
  )
  expect(await quota.add('1:u1', ONE_UPLOAD, LATER)).toEqual({ uploads: 33, bytes: 3300 })
})
