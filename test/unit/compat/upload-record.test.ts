import { describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../src/index.ts'
import { emulator } from '../../support/app.ts'
import {
  append,
  base64,
  compatClient,
  errorOf,
  expectReceived,
  finalize,
  image,
  initialize,
  json,
  type Send,
  video,
} from '../../support/compat-calls.ts'

const IMAGE = { media_type: 'image/png', total_bytes: image.length }

type Members = Record<string, unknown>

async function readRecord(store: Store, id: string): Promise<Members> {
  return JSON.parse((await store.get(`wire:${id}`)) ?? '{}')
}

async function rewriteRecord(store: Store, id: string, change: (record: Members) => Members): Promise<void> {
  const before = await store.get(`wire:${id}`)
  const after = JSON.stringify(change(await readRecord(store, id)))
  expect(await store.compareAndSwap(`wire:${id}`, before, after, Date.now() + 60_000)).toBe(true)
}

const requests: [string, (send: Send, id: string) => Promise<Response>][] = [
  ['APPEND', (send, id) => append(send, id, 0, video)],
  ['FINALIZE', finalize],
  ['STATUS', (send, id) => send('GET', `/upload?media_id=${id}`)],
  ['metadata', (send, id) => send('POST', '/metadata', json({ id, metadata: {} }))],
]

describe('the stored record of an upload', () => {
  it('has a version', async () => {
    const store = memoryStore()
    const send = compatClient({ store })
    const id = await initialize(send, IMAGE)
    expect(await readRecord(store, id)).toMatchObject({ version: 2, state: 'open' })
    await append(send, id, 0, image)
    expect(await readRecord(store, id)).toMatchObject({ version: 2, state: 'checked' })
    const oneShot = json({ media: base64(image), media_category: 'tweet_image' })
    const { data } = await (await send('POST', '/upload', oneShot)).json()
    expect(await readRecord(store, data.id)).toMatchObject({ version: 2, state: 'finalized' })
  })

  it('may be one of version 0.1.0, which has no version: its upload goes on', async () => {
    const store = memoryStore()
    const send = compatClient({ store })
    const id = await initialize(send, IMAGE)
    await rewriteRecord(store, id, ({ version: _, declaredType: __, ...record }) => record)
    expect((await append(send, id, 0, image.slice(0, 5000))).status).toBe(200)
    await rewriteRecord(store, id, ({ version: _, ...record }) => record)
    expect((await append(send, id, 1, image.slice(5000))).status).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it.each(requests)('makes %s answer as for an unknown id when a newer version wrote it', async (_, request) => {
    const store = memoryStore()
    const send = compatClient({ store })
    const id = await initialize(send)
    await append(send, id, 0, video)
    await rewriteRecord(store, id, (record) => ({ ...record, version: 3 }))
    // The newer version has finalized it, so X would have a status to tell.
    const headers = { authorization: 'Bearer server-held-token' }
    await emulator.app.request(`/2/media/upload/${id}/finalize`, { method: 'POST', headers })
    expect(await errorOf(request(send, id))).toEqual([400, 'BadRequest: Not found'])
    expect(await readRecord(store, id)).toMatchObject({ version: 3, state: 'checked' })
  })

  it.each(['subject', 'mediaType', 'category', 'totalBytes', 'expiresAt', 'parts', 'segments', 'state'])(
    'counts as unknown without %s',
    async (member) => {
      const store = memoryStore()
      const send = compatClient({ store })
      const id = await initialize(send, IMAGE)
      await rewriteRecord(store, id, ({ [member]: _, ...record }) => record)
      expect(await errorOf(append(send, id, 0, image))).toEqual([400, 'BadRequest: Not found'])
    },
  )

  it('counts as unknown when it is no JSON', async () => {
    const store = memoryStore()
    const send = compatClient({ store })
    const id = await initialize(send, IMAGE)
    const key = `wire:${id}`
    expect(await store.compareAndSwap(key, await store.get(key), '{"version":', Date.now() + 60_000)).toBe(true)
    expect(await errorOf(append(send, id, 0, image))).toEqual([400, 'BadRequest: Not found'])
    expect(await errorOf(finalize(send, id))).toEqual([400, 'BadRequest: Not found'])
  })

  it('may be replaced by a newer version between two steps of an APPEND', async () => {
    const store = memoryStore()
    let id = ''
    const send = compatClient({
      store,
      async inspect() {
        await rewriteRecord(store, id, (record) => ({ ...record, version: 3 }))
        return undefined
      },
    })
    id = await initialize(send, IMAGE)
    expect(await errorOf(append(send, id, 0, image))).toEqual([400, 'BadRequest: Not found'])
  })
})
