import { expect, it } from 'vitest'
import { guardedStore } from '../../../src/store/guarded-store.ts'
import { createFakeClock } from '../../support/clock.ts'

it('rejects with store_unavailable when the store does not answer within five seconds', async () => {
  const clock = createFakeClock()
  const store = guardedStore({ get: () => new Promise(() => {}), compareAndSwap: async () => true }, clock)
  const text = expect(store.get('a')).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
  await clock.advance(5000)
  await text
  expect(await store.compareAndSwap('a', undefined, 'b', 0)).toBe(true)
})

it('rejects with store_unavailable when the store rejects or throws', async () => {
  const cause = new Error('no connection')
  const store = guardedStore(
    {
      get: () => Promise.reject(cause),
      compareAndSwap() {
        throw cause
      },
    },
    createFakeClock(),
  )
  await expect(store.get('a')).rejects.toMatchObject({ code: 'store_unavailable', cause })
  await expect(store.compareAndSwap('a', undefined, 'b', 0)).rejects.toMatchObject({ code: 'store_unavailable', cause })
})
