import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.ts'
import { type Lease, tryLease } from '../../../src/session/lease.ts'
import { createSession, readSession, type Session } from '../../../src/session/record.ts'
import { createSessionLedger } from '../../../src/session/session-ledger.ts'
import type { Store } from '../../../src/store/store.ts'

const SESSION: Session = {
  ...{ id: 's', subject: 'u1', declaredType: 'video/mp4', category: 'tweet_video', totalBytes: 1000, mediaId: '1' },
  ...{ offset: 0, nextSegment: 0, segmentBytes: 100, planned: [], state: 'open', expiresAt: Date.now() + 60_000 },
}

async function newLease(store: Store): Promise<Lease> {
  await createSession(store, SESSION)
  const lease = await tryLease(store, SESSION.id, Date)
  if (lease === undefined || lease === 'held') throw new Error('a new session must be free')
  return lease
}

it('waits for the write of an acknowledgement before a segment is sent that it planned', async () => {
  const store = memoryStore()
  let hold: Promise<void> | undefined
  const slow: Store = {
    get: store.get,
    async compareAndSwap(...swap) {
      await hold
      return await store.compareAndSwap(...swap)
    },
  }
  const lease = await newLease(slow)
  const ledger = createSessionLedger(lease, { segmentsAhead: 3, isAccepted: () => true, inspectionAt: () => undefined })
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
  expect((await readSession(store, SESSION.id))?.planned).toEqual([100, 100, 100])
})

it('plans nothing after a segment that X may refuse for its size', async () => {
  const lease = await newLease(memoryStore())
  const ledger = createSessionLedger(lease, {
    segmentsAhead: 3,
    isAccepted: () => false,
    inspectionAt: () => undefined,
  })
  await ledger.plan(0, 100)
  expect(lease.session.planned).toEqual([100])
  await ledger.acknowledge(0, 100)
  expect(lease.session.planned).toEqual([100, 100, 100])
})
