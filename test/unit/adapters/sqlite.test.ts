import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { sqliteStore } from '../../../adapters/node.ts'

const LATER = Date.now() + 3_600_000

let path: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  path = join(folder, 'uploads.db')
  onTestFinished(() => rm(folder, { recursive: true }))
})

function open(): DatabaseSync {
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  return database
}

/** Holds the lock of the database, as a process that writes does. The function it returns releases the lock. */
function lock(): () => void {
  const writer = open()
  writer.exec('BEGIN EXCLUSIVE')
  return () => writer.exec('COMMIT')
}

function useFakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

describe('while another connection holds the lock', () => {
  it('a new database is opened, and used as soon as the lock is released', async () => {
    const release = lock()
    const store = sqliteStore(open())
    const written = store.compareAndSwap('a', undefined, 'text', LATER)
    const read = store.get('b')
    release()
    expect(await Promise.all([written, read])).toEqual([true, undefined])
    expect(await store.get('a')).toBe('text')
  })

  it('texts are read, and a write waits', async () => {
    const store = sqliteStore(open())
    await store.compareAndSwap('a', undefined, 'one', LATER)
    const release = lock()
    const written = store.compareAndSwap('a', 'one', 'two', LATER)
    expect(await store.get('a')).toBe('one')
    release()
    expect(await written).toBe(true)
    expect(await store.get('a')).toBe('two')
  })

  it('a write gives up after 4.5 seconds, and changes nothing afterwards', async () => {
    const store = sqliteStore(open())
    const release = lock()
    useFakeTimers()
    const refused = expect(store.compareAndSwap('a', undefined, 'text', LATER)).rejects.toThrow('database is locked')
    await vi.advanceTimersByTimeAsync(4500)
    await refused
    release()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await store.get('a')).toBeUndefined()
  })

  it('a write succeeds when the lock is released before that', async () => {
    const store = sqliteStore(open())
    const release = lock()
    useFakeTimers()
    const written = store.compareAndSwap('a', undefined, 'text', LATER)
    await vi.advanceTimersByTimeAsync(4400)
    release()
    await vi.advanceTimersByTimeAsync(100)
    expect(await written).toBe(true)
  })
})

it('any other error is thrown at once', async () => {
  const database = open()
  const store = sqliteStore(database)
  database.exec('DROP TABLE x_media')
  await expect(store.get('a')).rejects.toThrow('no such table')
  const view = open()
  view.exec('CREATE VIEW uploads AS SELECT 1')
  expect(() => sqliteStore(view, { table: 'uploads' })).toThrow('views may not be indexed')
})

it('up to 100 expired texts are removed with every new one', async () => {
  const database = open()
  const store = sqliteStore(database)
  const insert = database.prepare("INSERT INTO x_media (key, text, expires_at) VALUES (?, 'text', 1)")
  for (let at = 0; at < 250; at++) insert.run(`old:${at}`)
  const left: unknown[] = []
  for (const key of ['a', 'b', 'c', 'd']) {
    await store.compareAndSwap(key, undefined, 'text', LATER)
    left.push(database.prepare('SELECT count(*) AS texts FROM x_media WHERE expires_at < ?').get(Date.now())?.['texts'])
  }
  expect(left).toEqual([150, 50, 0, 0])
})

it('a new text replaces an expired one that is not removed yet', async () => {
  const database = open()
  const store = sqliteStore(database)
  const insert = database.prepare("INSERT INTO x_media (key, text, expires_at) VALUES (?, 'text', ?)")
  for (let at = 0; at < 101; at++) insert.run(`old:${at}`, at)
  expect(await store.compareAndSwap('old:100', undefined, 'new', LATER)).toBe(true)
  expect(await store.get('old:100')).toBe('new')
})
