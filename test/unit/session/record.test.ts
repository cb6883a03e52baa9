import { describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../src/index.ts'
import { acquireLease, tryLease } from '../../../src/session/lease.ts'
import { createSession, readSession, type Session } from '../../../src/session/record.ts'
import { createFakeClock } from '../../support/clock.ts'

const SESSION: Session = {
  ...{ id: 's', subject: 'u1', declaredType: 'video/mp4', category: 'tweet_video', totalBytes: 1000, mediaId: '1' },
  ...{ offset: 100, nextSegment: 1, segmentBytes: 100, planned: [100], state: 'open', expiresAt: 4_102_531_200_000 },
}
const UNLEASED = { fence: 1, leasedUntil: 0, wantedUntil: 0 }

async function storeWith(record: unknown): Promise<Store> {
  const store = memoryStore()
  const text = typeof record === 'string' ? record : JSON.stringify(record)
  await store.compareAndSwap('session:s', undefined, text, SESSION.expiresAt)
  return store
}

it('writes version 2', async () => {
  const store = memoryStore()
  await createSession(store, SESSION)
  expect(JSON.parse((await store.get('session:s')) ?? '')).toEqual({
    version: 2,
    session: SESSION,
    ...{ fence: 0, leasedUntil: 0, wantedUntil: 0 },
  })
})

it('reads a record of 0.1.0, which has no version, and writes it as version 2', async () => {
  const { declaredType: mediaType, ...same } = SESSION
  const store = await storeWith({ session: { ...same, mediaType, spent: true }, ...UNLEASED })
  expect(await readSession(store, 's')).toEqual({ ...SESSION, quotaConsumed: true })
  const lease = await acquireLease(store, 's', createFakeClock())
  await lease.update({ offset: 200 })
  expect(JSON.parse((await store.get('session:s')) ?? '')).toMatchObject({
    version: 2,
    session: { ...SESSION, offset: 200, quotaConsumed: true },
  })
})

describe.each([
  ['of a newer version', { version: 3, session: SESSION, ...UNLEASED }],
  ['whose version is no number', { version: '2', session: SESSION, ...UNLEASED }],
  ['without a session', { version: 2, ...UNLEASED }],
  ['of 0.1.0 without a session', UNLEASED],
  ['with a member missing', { version: 2, session: { ...SESSION, offset: undefined }, ...UNLEASED }],
  ['with an unknown category', { version: 2, session: { ...SESSION, category: 'tweet' }, ...UNLEASED }],
  ['with an unknown state', { version: 2, session: { ...SESSION, state: 'paused' }, ...UNLEASED }],
  ['that is no object', '[]'],
  ['that is no JSON', '{"session":'],
])('a record %s', (_, record) => {
  it('fails the upload with upload_failed', async () => {
    const store = await storeWith(record)
    const failure = { code: 'upload_failed', status: 422, message: expect.stringContaining('start a new upload') }
    await expect(acquireLease(store, 's', createFakeClock())).rejects.toMatchObject(failure)
    await expect(tryLease(store, 's', Date)).rejects.toMatchObject(failure)
  })

  it('ends the lease of a request that still holds one', async () => {
    const store = await storeWith({ version: 2, session: SESSION, ...UNLEASED })
    const lease = await acquireLease(store, 's', createFakeClock())
    const text = typeof record === 'string' ? record : JSON.stringify(record)
    await store.compareAndSwap('session:s', await store.get('session:s'), text, SESSION.expiresAt)
    await expect(lease.update({ offset: 200 })).rejects.toMatchObject({ code: 'upload_locked' })
    expect(await store.get('session:s')).toBe(text)
  })
})
