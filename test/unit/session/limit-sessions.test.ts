import { expect, it } from 'vitest'
import { limitSessions, type SessionLimits } from '../../../src/session/limit-sessions.ts'
import { createSession, readSession, type Session } from '../../../src/session/record.ts'
import { memoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createFakeClock } from '../../support/clock.ts'

const clock = createFakeClock()
const SESSION: Session = {
  ...{ id: 's', subject: 'u1', declaredType: 'video/mp4', category: 'tweet_video', totalBytes: 100 },
  ...{ offset: 0, nextSegment: 0, segmentBytes: 0, planned: [], state: 'open', expiresAt: clock.now() + 3_600_000 },
}

function limitedStore(limits: Partial<SessionLimits>, store: Store = memoryStore(clock)): Store {
  return limitSessions(store, { sessions: 1000, sessionsPerSubject: 1000, ...limits }, clock)
}

/** The ids of those sessions that the store has. */
async function idsIn(store: Store, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => readSession(store, id)))
  return found.flatMap((session) => session?.id ?? [])
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => String(at))

it.each<[string, Partial<SessionLimits>]>([
  ['sessions', { sessions: 10 }],
  ['sessionsPerSubject', { sessionsPerSubject: 10 }],
])('keeps no more than limits.%s when many are created at once', async (_, limits) => {
  const store = limitedStore(limits)
  const ids = numbered(100)
  const creations = await Promise.allSettled(ids.map((id) => createSession(store, { ...SESSION, id })))
  expect(await idsIn(store, ids)).toEqual(ids.slice(0, 10))
  const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'too_many_uploads' }) }
  expect(creations.slice(10)).toEqual(Array.from({ length: 90 }, () => refused))
})

it('keeps fewer sessions when they take more than 4 KiB each', async () => {
  const store = limitedStore({ sessions: 10 })
  const ids = numbered(10)
  // Its characters take two bytes each.
  for (const id of ids) await createSession(store, { ...SESSION, id, altText: 'あ'.repeat(4096) })
  expect(await idsIn(store, ids)).toEqual(ids.slice(5))
})

it('keeps as many sessions as the limit says when they take just 4 KiB', async () => {
  const store = limitedStore({ sessions: 10 })
  const ids = numbered(11)
  for (const id of ids) await createSession(store, { ...SESSION, id, metadata: 'a'.repeat(3700) })
  expect(await idsIn(store, ids)).toEqual(ids.slice(1))
})

it('counts a session that could not be created no longer', async () => {
  const inner = memoryStore(clock)
  let isBroken = true
  const store = limitedStore(
    { sessions: 1 },
    { get: inner.get, compareAndSwap: async (...swap) => !isBroken && (await inner.compareAndSwap(...swap)) },
  )
  await expect(createSession(store, { ...SESSION, mediaId: '1' })).rejects.toThrow('already exists')
  isBroken = false
  await createSession(store, SESSION)
  expect(await idsIn(store, ['s'])).toEqual(['s'])
})

it('does not remove a session that has changed since it was to go', async () => {
  const inner = memoryStore(clock)
  const store = limitedStore({ sessions: 1 }, inner)
  await createSession(store, SESSION)
  const before = await inner.get('session:s')
  await inner.compareAndSwap('session:s', before, before?.replace('"offset":0', '"offset":9'), SESSION.expiresAt)
  await createSession(store, { ...SESSION, id: 't' })
  expect(await idsIn(store, ['s', 't'])).toEqual(['s', 't'])
})

it('counts other texts not at all', async () => {
  const store = limitedStore({ sessions: 1 })
  for (const key of ['quota:1', 'quota:2', 'wire:1'])
    await store.compareAndSwap(key, undefined, '{}', SESSION.expiresAt)
  expect(await Promise.all(['quota:1', 'quota:2', 'wire:1'].map((key) => store.get(key)))).toEqual(['{}', '{}', '{}'])
})
