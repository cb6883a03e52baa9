import { LEASE_MS, type Lease, tryLease } from '../../src/session/lease.ts'
import { createSession, readSession, type Session } from '../../src/session/record.ts'
import { quotaStore } from '../../src/store/quota.ts'
import { type Store, update } from '../../src/store/store.ts'
import { type Checks, equal, runChecks } from './checks.ts'

/** What every store must do, in terms of the platform alone, so that it runs wherever the store does. */
export const STORE_CHECKS: Checks<Store> = {
  async 'has nothing under a new key'(store) {
    equal(await store.get(newKey()), undefined)
  },

  async 'writes a text where there is none, and not a second one'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, undefined, 'a', later()), true)
    equal(await store.compareAndSwap(key, undefined, 'b', later()), false)
    equal(await store.get(key), 'a')
  },

  async 'replaces a text only if it is the expected one'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, 'a', 'b', later()), false)
    await store.compareAndSwap(key, undefined, 'a', later())
    equal(await store.compareAndSwap(key, 'x', 'b', later()), false)
    equal(await store.compareAndSwap(key, 'a', 'b', later()), true)
    equal(await store.get(key), 'b')
  },

  async 'tells an empty text from no text'(store) {
    const key = newKey()
    equal(await store.compareAndSwap(key, undefined, '', later()), true)
    equal(await store.get(key), '')
    equal(await store.compareAndSwap(key, undefined, 'a', later()), false)
    equal(await store.compareAndSwap(key, '', 'a', later()), true)
  },

  async 'removes a text only if it is the expected one'(store) {
    const key = newKey()
    await store.compareAndSwap(key, undefined, 'a', later())
    equal(await store.compareAndSwap(key, 'b', undefined, later()), false)
    equal(await store.get(key), 'a')
    equal(await store.compareAndSwap(key, 'a', undefined, later()), true)
    equal(await store.get(key), undefined)
    equal(await store.compareAndSwap(key, undefined, undefined, later()), true)
    equal(await store.compareAndSwap(key, undefined, 'c', later()), true)
  },

  async 'accepts any key and long texts'(store) {
    const key = `${newKey()} '";:*\u00e9\u{1f600}\n%`
    const text = '\u{1f600}"\n'.repeat(8000)
    equal(await store.compareAndSwap(key, undefined, text, later()), true)
    equal(await store.get(key), text)
    equal(await store.compareAndSwap(key, text, 'a', later()), true)
  },

  async 'returns no text that has expired'(store) {
    const key = newKey()
    await store.compareAndSwap(key, undefined, 'a', Date.now() + 100)
    while ((await store.get(key)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    equal(await store.compareAndSwap(key, 'a', 'b', later()), false)
    equal(await store.compareAndSwap(key, undefined, 'c', later()), true)
    equal(await store.get(key), 'c')
  },

  async 'keeps a text until the expiry that was written last'(store) {
    let key = newKey()
    let ends = 0
    // On a busy machine the first text may expire before it is replaced: then it gets more time.
    for (let lifetimeMs = 150, replaced = false; !replaced; lifetimeMs *= 2) {
      key = newKey()
      ends = Date.now() + lifetimeMs
      await store.compareAndSwap(key, undefined, 'a', ends)
      replaced = await store.compareAndSwap(key, 'a', 'b', later())
    }
    while (Date.now() <= ends) await new Promise((resolve) => setTimeout(resolve, 10))
    equal(await store.get(key), 'b')
  },

  async 'lets one of many concurrent writers win'(store) {
    const key = newKey()
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_, at) => store.compareAndSwap(key, undefined, `${at}`, later())),
    )
    equal(wins.filter(Boolean).length, 1)
    equal(await store.get(key), String(wins.indexOf(true)))
  },

  async 'loses no change of many concurrent writers'(store) {
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

  async 'leases a session to one request at a time, and tells it when another one waits'(store) {
    const session = newSession()
    await createSession(store, session)
    const lease = await leaseOf(store, session.id)
    equal(await lease.renew(), false)
    equal(await tryLease(store, session.id, Date), 'held')
    equal(await tryLease(store, session.id, Date), 'held')
    equal(await lease.renew(), true)
    await lease.update({ offset: 10, nextSegment: 1 })
    equal((await readSession(store, session.id))?.offset, 10)
    await lease.release()
    const next = await leaseOf(store, session.id)
    equal(next.fence, lease.fence + 1)
    equal(await next.renew(), false)
    equal(await codeOf(lease.update({ offset: 0 })), 'upload_locked')
    equal((await readSession(store, session.id))?.offset, 10)
    await next.remove()
    equal(await tryLease(store, session.id, Date), undefined)
    equal(await codeOf(next.update({ offset: 0 })), 'upload_locked')
  },

  async 'gives the lease to one of many concurrent requests'(store) {
    const session = newSession()
    await createSession(store, session)
    const leases = await Promise.all(Array.from({ length: 10 }, () => tryLease(store, session.id, Date)))
    equal(leases.filter((lease) => lease !== 'held').length, 1)
  },

  async 'gives the lease of a crashed holder to another request, and refuses what the holder writes afterwards'(store) {
    let now = Date.now()
    const clock = { now: () => now }
    const session = newSession()
    await createSession(store, session)
    const crashed = await leaseOf(store, session.id, clock)
    now += LEASE_MS - 1
    equal(await tryLease(store, session.id, clock), 'held')
    now += 1
    const lease = await leaseOf(store, session.id, clock)
    equal(await codeOf(crashed.update({ offset: 99 })), 'upload_locked')
    equal(await codeOf(crashed.release()), 'upload_locked')
    equal((await readSession(store, session.id))?.offset, 0)
    await lease.update({ offset: 1 })
    equal((await readSession(store, session.id))?.offset, 1)
  },
}

/** Runs all checks, and resolves to the errors by the names of the checks. */
export function checkStore(store: Store): Promise<Record<string, string>> {
  return runChecks(STORE_CHECKS, store)
}

function newKey(): string {
  return `check:${crypto.randomUUID()}`
}

async function leaseOf(store: Store, id: string, clock: { now(): number } = Date): Promise<Lease> {
  const lease = await tryLease(store, id, clock)
  if (lease === undefined || lease === 'held') throw new Error('the session is not free')
  return lease
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
