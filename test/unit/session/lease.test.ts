import { expect, it } from 'vitest'
import { tryLease } from '../../../src/session/lease.ts'
import { createSession, type Session } from '../../../src/session/record.ts'
import { memoryStore } from '../../../src/store/memory-store.ts'
import { createFakeClock } from '../../support/clock.ts'

const SESSION: Session = {
  ...{ id: 'a', subject: 'u1', declaredType: 'video/mp4', offset: 0, nextSegment: 0, segmentBytes: 0, planned: [] },
  ...{ expiresAt: 2_000_000_000_000, state: 'open' },
}

it('a lease that was released changes its session no more, so that another request has it at once', async () => {
  const clock = createFakeClock()
  const store = memoryStore(clock)
  await createSession(store, SESSION)
  const lease = await tryLease(store, SESSION.id, clock)
  if (lease === undefined || lease === 'held') return expect.fail()
  const released = lease.release()
  const late = lease.update({ quotaConsumed: true })
  await released
  await expect(late).rejects.toMatchObject({ code: 'upload_locked' })
  expect(await tryLease(store, SESSION.id, clock)).toMatchObject({ session: SESSION, fence: 2 })
})
