import { Hono } from 'hono'
import { expect, it, vi } from 'vitest'
import { type LimitOptions, memoryStore, type Store } from '../../../src/index.ts'
import { codeOf, describedMedia, optionsWith } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { append, appWith, CHUNK, CREATION, create, file, head, METADATA, pathOf, TUS } from '../../support/resumable.ts'

const HOUR_MS = 3_600_000

/** A store that is not in memory, as far as anyone can tell. */
function otherStore(): Store {
  const { get, compareAndSwap } = memoryStore()
  return { get, compareAndSwap }
}

const refuse = (app: Hono, headers: Record<string, string> = {}) =>
  app.request('/media/files', { method: 'POST', headers: { ...CREATION, ...headers } })

/** Which of these uploads still exist, by the status of HEAD. */
async function statusesOf(app: Hono, paths: string[], user = 'u1'): Promise<number[]> {
  const headers = { ...TUS, 'x-demo-user': user }
  return await Promise.all(paths.map(async (path) => (await head(app, path, headers)).status))
}

const withoutStore = (limits: LimitOptions) =>
  new Hono().route('/media', describedMedia(optionsWith({ limits, x: { segmentBytes: 5000 } })))

it.each<[string, (limits: LimitOptions) => Hono]>([
  ['the instance’s own memory', withoutStore],
  ['a memoryStore', (limits) => appWith({ store: memoryStore(), limits })],
])(
  'beyond limits.sessionsPerSubject in %s, the oldest upload without bytes of the subject goes',
  async (_, createApp) => {
    const app = createApp({ sessionsPerSubject: 3 })
    const others = await create(app, { 'x-demo-user': 'u2' })
    const withBytes = await create(app)
    await append(app, withBytes, [0, 5000])
    const [older, newer] = [await create(app), await create(app)]
    expect(await statusesOf(app, [withBytes, older, newer])).toEqual([200, 200, 200])
    const newest = await create(app)
    expect(await statusesOf(app, [withBytes, older, newer, newest])).toEqual([200, 404, 200, 200])
    expect(await statusesOf(app, [others], 'u2')).toEqual([200])
  },
)

it('beyond limits.sessions, the oldest upload without bytes of anyone goes', async () => {
  const app = appWith({ store: memoryStore(), limits: { sessions: 2 } })
  const older = await create(app)
  const newer = await create(app, { 'x-demo-user': 'u2' })
  expect(await statusesOf(app, [older])).toEqual([200])
  expect(await statusesOf(app, [newer], 'u2')).toEqual([200])
  await create(app, { 'x-demo-user': 'u3' })
  expect(await statusesOf(app, [older])).toEqual([404])
  expect(await statusesOf(app, [newer], 'u2')).toEqual([200])
})

it.each([
  ['sessionsPerSubject', 'u1', 'You already have 2 unfinished uploads; finish or delete one first.'],
  ['sessions', 'u2', 'This server cannot keep any more unfinished uploads now; try again later.'],
])('refuses an upload beyond limits.%s when all others have bytes', async (limit, user, detail) => {
  const app = appWith({ store: memoryStore(), limits: { [limit]: 2 } })
  const paths = [await create(app), await create(app)]
  for (const path of paths) expect((await append(app, path, [0, 5000])).status).toBe(204)
  const refused = await refuse(app, { 'x-demo-user': user })
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(await refused.clone().json()).toMatchObject({ detail })
  expect(await codeOf(refused)).toEqual([503, 'too_many_uploads'])
  expect(await statusesOf(app, paths)).toEqual([200, 200])
  expect((await app.request(paths[0] ?? '', { method: 'DELETE', headers: TUS })).status).toBe(204)
  await create(app, { 'x-demo-user': user })
})

it('gives up finished uploads when all others have bytes, and the one that finished first goes first', async () => {
  const app = appWith({ store: memoryStore(), limits: { sessionsPerSubject: 3 } })
  const [open, later, first] = [await create(app), await create(app), await create(app)]
  await append(app, open, [0, 5000])
  for (const path of [first, later]) expect((await append(app, path, [0, file.length])).status).toBe(204)
  const unused = await create(app)
  expect(await statusesOf(app, [open, later, first])).toEqual([200, 200, 404])
  const next = await create(app)
  expect(await statusesOf(app, [open, later, unused, next])).toEqual([200, 200, 404, 200])
})

it('gives up no upload whose first bytes are on their way', async () => {
  const store = memoryStore()
  const app = appWith({ store, limits: { sessionsPerSubject: 2 } })
  const [active, idle] = [await create(app), await create(app)]
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const headers = { ...CHUNK, 'upload-offset': '0', 'content-length': String(file.length) }
  const init = { method: 'PATCH', body: readable, headers, duplex: 'half' }
  const response = app.request(new Request(`http://x${active}`, init))
  const key = `session:${active.split('/').at(-1)}`
  await vi.waitUntil(async () => !(await store.get(key))?.includes('"leasedUntil":0'))
  await create(app)
  expect(await statusesOf(app, [idle])).toEqual([404])
  const writer = writable.getWriter()
  await Promise.all([writer.write(file), writer.close()])
  expect((await response).status).toBe(204)
})

it('counts no upload that has expired', async () => {
  const clock = useFakeClock()
  const app = appWith({ store: memoryStore(clock), limits: { sessionsPerSubject: 1 } })
  const path = await create(app)
  await append(app, path, [0, 5000])
  await clock.advance(24 * HOUR_MS - 1)
  expect(await codeOf(refuse(app))).toEqual([503, 'too_many_uploads'])
  await clock.advance(1)
  await create(app)
})

it('limits nothing in a store that is not in memory', async () => {
  const app = appWith({ store: otherStore(), limits: { sessions: 1, sessionsPerSubject: 1 } })
  const paths = [await create(app), await create(app), await create(app)]
  expect(await statusesOf(app, paths)).toEqual([200, 200, 200])
})

it('keeps and echoes 2,048 bytes of Upload-Metadata, and refuses one more', async () => {
  const app = appWith()
  const metadata = `${METADATA},${'x'.repeat(2048 - METADATA.length - 1)}`
  const path = await create(app, { 'upload-metadata': metadata })
  expect((await head(app, path)).headers.get('upload-metadata')).toBe(metadata)
  const refused = await refuse(app, { 'upload-metadata': `${metadata}x` })
  expect(await refused.clone().json()).toMatchObject({
    detail: '`Upload-Metadata` has 2,049 bytes; the limit is 2,048. Leave keys out, or send `alt_text` in the query.',
  })
  expect(await codeOf(refused)).toEqual([400, 'invalid_parameter'])
})

it('keeps less than 4 KiB of an upload with the longest metadata and alternative text', async () => {
  const store = memoryStore()
  const app = appWith({ store })
  const metadata = `${METADATA},${'x'.repeat(2048 - METADATA.length - 1)}`
  const url = `/media/files?alt_text=${'a'.repeat(1000)}`
  const created = await app.request(url, { method: 'POST', headers: { ...CREATION, 'upload-metadata': metadata } })
  const path = pathOf(created)
  expect((await append(app, path, [0, file.length])).status).toBe(204)
  const text = (await store.get(`session:${path.split('/').at(-1)}`)) ?? ''
  expect(JSON.parse(text)).toMatchObject({ session: { state: 'done', metadata, altText: 'a'.repeat(1000) } })
  expect(text.length).toBeLessThan(4096)
})
