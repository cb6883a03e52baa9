import { createSessions, LEASE_MS, type Session } from '../../src/session/record.ts'
import { quotaStore } from '../../src/store/quota.ts'
import { type Store, update } from '../../src/store/store.ts'
import { type Checks, equal, runChecks } from './checks.ts'

/** What every store must do, in terms of the platform alone, so that it runs wherever the store does. */
export const STORE_CHECKS: Checks<Store> = {
  async 'has nothing under a new key'(store) {
    equal(await store.get(newKey()), undefined)
  },

  async 'puts a text where there is none, once'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, undefined, 'a', later()), true)
    equal(await store.compareAndSwap(key, undefined, 'b', later()), false)
    equal(await store.get(key), 'a')
  },

  async 'replaces only the text it is told'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, 'a', 'b', later()), false)
    await store.compareAndSwap(key, undefined, 'a', later())
    equal(await store.compareAndSwap(key, 'x', 'b', later()), false)
    equal(await store.compareAndSwap(key, 'a', 'b', later()), true)
    equal(await store.get(key), 'b')
  },

  async 'tells an empty text from none'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, undefined, '', later()), true)
    equal(await store.get(key), '')
    equal(await store.compareAndSwap(key, undefined, 'a', later()), false)
    equal(await store.compareAndSwap(key, '', 'a', later()), true)
  },

  async 'removes only the text it is told'(store) {
    const key = newKey()
    await store.compareAndSwap(key, undefined, 'a', later())
    equal(await store.compareAndSwap(key, 'b', undefined, later()), false)
    equal(await store.get(key), 'a')
    equal(await store.compareAndSwap(key, 'a', undefined, later()), true)
    equal(await store.get(key), undefined)
    equal(await store.compareAndSwap(key, undefined, undefined, later()), true)
    equal(await store.compareAndSwap(key, undefined, 'c', later()), true)
  },

  async 'takes any key and long texts'(store) {
    const key = `${newKey()} '";:*\u00e9\u{1f600}\n%`
    const text = '\u{1f600}"\n'.repeat(8000)
    equal(await store.compareAndSwap(key, undefined, text, later()), true)
    equal(await store.get(key), text)
    equal(await store.compareAndSwap(key, text, 'a', later()), true)
  },

  async 'shows nothing that has expired'(store) {
    const key = newKey()
    await store.compareAndSwap(key, undefined, 'a', Date.now() + 100)
    while ((await store.get(key)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    equal(await store.compareAndSwap(key, 'a', 'b', later()), false)
    equal(await store.compareAndSwap(key, undefined, 'c', later()), true)
    equal(await store.get(key), 'c')
  },

  async 'keeps a text for as long as it was told last'(store) {
    let key = newKey()
    let ends = 0
    // On a busy machine the first text may have expired before it is replaced: then it gets more time.
    for (let lifetimeMs = 150, replaced = false; !replaced; lifetimeMs *= 2) {
      key = newKey()
      ends = Date.now() + lifetimeMs
      await store.compareAndSwap(key, undefined, 'a', ends)
      replaced = await store.compareAndSwap(key, 'a', 'b', later())
    }
    while (Date.now() <= ends) await new Promise((resolve) => setTimeout(resolve, 10))
    equal(await store.get(key), 'b')
  },

  async 'lets one of many at the same time win'(store) {
    const key = newKey()
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_, at) => store.compareAndSwap(key, undefined, `${at}`, later())),
    )
    equal(wins.filter(Boolean).length, 1)
    equal(await store.get(key), String(wins.indexOf(true)))
  },

  async 'loses no change of many at the same time'(store) {
    const key = newKey()
    const add = () => update(store, key, (text = '0') => ({ text: `${Number(text) + 1}`, expiresAt: later() }))
    await Promise.all(Array.from({ length: 20 }, add))
    equal(await store.get(key), '20')
  },

  async 'counts quotas'(store) {
    const quota = quotaStore(store)
    const key = newKey()
    await Promise.all(Array.from({ length: 10 }, () => quota.add(key, { uploads: 1, bytes: 100 }, later())))
    equal(JSON.stringify(await quota.add(key, { uploads: -1, bytes: -100 }, later())), '{"uploads":9,"bytes":900}')
  },

  async 'leases a session to one at a time, and tells the holder that it is wanted'(store) {
    const sessions = createSessions(store, Date)
    const session = newSession()
    await sessions.create(session)
    const lease = await sessions.lease(session.id)
    if (lease === undefined || lease === 'held') throw new Error('a new session is not to be had')
    equal(await lease.renew(), false)
    equal(await sessions.lease(session.id), 'held')
    equal(await sessions.lease(session.id), 'held')
    equal(await lease.renew(), true)
    await lease.advance({ ...lease.session, offset: 10, nextSegment: 1 })
    equal((await sessions.read(session.id))?.offset, 10)
    await lease.release()
    const next = await sessions.lease(session.id)
    if (next === undefined || next === 'held') throw new Error('a released session is not to be had')
    equal(next.fence, lease.fence + 1)
    equal(await next.renew(), false)
    equal(await codeOf(lease.advance(session)), 'upload_locked')
    equal((await sessions.read(session.id))?.offset, 10)
    await next.remove()
    equal(await sessions.lease(session.id), undefined)
    equal(await codeOf(next.advance(session)), 'upload_locked')
  },

  async 'gives one of many at the same time the lease'(store) {
    const sessions = createSessions(store, Date)
    const session = newSession()
    await sessions.create(session)
    const leases = await Promise.all(Array.from({ length: 10 }, () => sessions.lease(session.id)))
    equal(leases.filter((lease) => lease !== 'held').length, 1)
  },

  async 'lets a newcomer have what a dead holder did not renew, and refuses what the holder writes then'(store) {
    let now = Date.now()
    const sessions = createSessions(store, { now: () => now })
    const session = newSession()
    await sessions.create(session)
    const dead = await sessions.lease(session.id)
    if (dead === undefined || dead === 'held') throw new Error('a new session is not to be had')
    now += LEASE_MS - 1
    equal(await sessions.lease(session.id), 'held')
    now += 1
    const lease = await sessions.lease(session.id)
    if (lease === undefined || lease === 'held') throw new Error('a dead one holds on to its session')
    equal(await codeOf(dead.advance({ ...session, offset: 99 })), 'upload_locked')
    equal(await codeOf(dead.release()), 'upload_locked')
    equal((await sessions.read(session.id))?.offset, 0)
    await lease.advance({ ...session, offset: 1 })
    equal((await sessions.read(session.id))?.offset, 1)
  },
}

/** Runs all checks; what is wrong by the check's name. */
export function checkStore(store: Store): Promise<Record<string, string>> {
  return runChecks(STORE_CHECKS, store)
}

function newKey(): string {
  return `check:${crypto.randomUUID()}`
}

function later(): number {
  return Date.now() + 60_000
}

function newSession(): Session {
  return {
    ...{ id: crypto.randomUUID(), subject: 'u1', mediaType: 'video/mp4', category: 'tweet_video', totalBytes: 100 },
    ...{ offset: 0, nextSegment: 0, segmentBytes: 0, planned: [], state: 'open', expiresAt: later() },
  }
}

async function codeOf(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : error),
  )
}
