import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { createSessions, type Lease, type Session } from '../../../src/session/record.ts'
import { createSessionLedger } from '../../../src/session/session-ledger.ts'
import { guardedStore } from '../../../src/store/guarded-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createFakeClock } from '../../support/clock.ts'

const SESSION: Session = {
  ...{ id: 's', subject: 'u1', mediaType: 'video/mp4', category: 'tweet_video', totalBytes: 1000, mediaId: '1' },
  ...{ offset: 0, nextSegment: 0, segmentBytes: 100, planned: [], state: 'open', expiresAt: Date.now() + 60_000 },
}

async function leaseFrom(store: Store): Promise<Lease> {
  const sessions = createSessions(store, Date)
  await sessions.create(SESSION)
  const lease = await sessions.lease(SESSION.id)
  if (lease === undefined || lease === 'held') throw new Error('a new session is not to be had')
  return lease
}

it('a segment that is planned by an acknowledgement waits until that is on record', async () => {
  const store = memoryStore()
  let hold: Promise<void> | undefined
  const slow: Store = {
    get: store.get,
    async compareAndSwap(...swap) {
      await hold
      return await store.compareAndSwap(...swap)
    },
  }
  const lease = await leaseFrom(slow)
  const ledger = createSessionLedger(lease, { ahead: 3, isProven: () => true })
  for (const index of [0, 1, 2]) await ledger.plan(index, 100)
  await Promise.all([ledger.acknowledge(1, 100), ledger.acknowledge(2, 100)])
  const written = Promise.withResolvers<void>()
  hold = written.promise
  const acknowledged = ledger.acknowledge(0, 100)
  expect(lease.session.planned).toEqual([100, 100, 100])
  let planned = false
  const planning = ledger.plan(3, 100).then(() => {
    planned = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(planned).toBe(false)
  written.resolve()
  await Promise.all([acknowledged, planning])
  expect((await createSessions(store, Date).read(SESSION.id))?.planned).toEqual([100, 100, 100])
})

it('nothing is planned ahead of a segment that X may refuse for its size', async () => {
  const lease = await leaseFrom(memoryStore())
  const ledger = createSessionLedger(lease, { ahead: 3, isProven: () => false })
  await ledger.plan(0, 100)
  expect(lease.session.planned).toEqual([100])
  await ledger.acknowledge(0, 100)
  expect(lease.session.planned).toEqual([100, 100, 100])
})

it('a store that does not answer within five seconds is one that does not work', async () => {
  const clock = createFakeClock()
  const store = guardedStore({ get: () => new Promise(() => {}), compareAndSwap: async () => true }, clock)
  const text = expect(store.get('a')).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
  await clock.advance(5000)
  await text
  expect(await store.compareAndSwap('a', undefined, 'b', 0)).toBe(true)
})
