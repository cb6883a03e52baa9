import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { redisStore, type Store } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { guardedStore } from '../../../src/store/guarded-store.ts'
import { emulator } from '../../support/app.ts'
import { type CuttingProxy, type Moment, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { REDIS, type RunningRedis, startRedis } from '../../support/redis.ts'
import { append, appWith, CREATION, endLease, expectReceived, file, head, pathOf } from '../../support/resumable.ts'

const MOMENTS: readonly Moment[] = ['before', 'halfway', 'after']
/** What a client may hear while the connection is lost; it tries again then. */
const PASSING = [201, 204, 409, 423, 503]

const later = () => Date.now() + 60_000
const storeOf = (client: Redis) => redisStore({ sendCommand: (name, ...rest) => client.call(name, ...rest) })

/** A store whose connection a test can cut. */
interface CutStore {
  store: Store
  proxy: CuttingProxy
  /** Resolves when the client has a connection again. */
  connected(): Promise<void>
  close(): Promise<void>
}

describe.skipIf(!REDIS).each([
  ['sends the command again', { autoResendUnfulfilledCommands: true, maxRetriesPerRequest: 20 }],
  ['fails at once', { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 }],
])('a client of Redis that loses its connection and %s', (_, options) => {
  let redis: RunningRedis
  let direct: Redis
  beforeAll(async () => {
    redis = await startRedis(REDIS, { appendonly: 'no' })
    direct = new Redis(redis.url)
  })
  afterAll(async () => {
    direct.disconnect()
    await redis.stop()
  })

  async function connect(): Promise<CutStore> {
    const proxy = await startCuttingProxy(redis.port)
    const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 1, ...options })
    // The calls report what goes wrong.
    client.on('error', () => {})
    return {
      store: storeOf(client),
      proxy,
      connected: () => expect.poll(() => client.status, { interval: 1 }).toBe('ready'),
      async close() {
        client.disconnect()
        await proxy.close()
      },
    }
  }

  describe.each(MOMENTS)('%s a call', (moment) => {
    it.each<[string, string | undefined, string | undefined]>([
      ['writes a text', undefined, 'new'],
      ['replaces a text', 'old', 'new'],
      ['removes a text', 'old', undefined],
    ])('%s wholly or not at all', async (_, before, after) => {
      const { store, proxy, connected, close } = await connect()
      onTestFinished(close)
      const key = `key:${crypto.randomUUID()}`
      if (before !== undefined) await storeOf(direct).compareAndSwap(key, undefined, before, later())
      await connected()
      proxy.cutAt(1, moment)
      const call = guardedStore(store, systemClock).compareAndSwap(key, before, after, later())
      const swapped = await call.catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'store_unavailable' })
        return undefined
      })
      const found = (await direct.get(`x-media:${key}`)) ?? undefined
      expect(moment === 'after' ? [after] : [before, after]).toContain(found)
      if (swapped === true) expect(found).toBe(after)
      // A text without an expiry would stay for ever.
      if (found !== undefined) expect(await direct.pttl(`x-media:${key}`)).toBeGreaterThan(0)
      expect(proxy.calls()).toBeGreaterThan(0)
    })

    it('reads the text, or fails with store_unavailable', async () => {
      const { store, proxy, connected, close } = await connect()
      onTestFinished(close)
      const key = `key:${crypto.randomUUID()}`
      await storeOf(direct).compareAndSwap(key, undefined, 'text', later())
      await connected()
      proxy.cutAt(1, moment)
      const read = guardedStore(store, systemClock).get(key)
      const text = await read.catch((error: unknown) => error)
      expect(['text', expect.objectContaining({ code: 'store_unavailable' })]).toContainEqual(text)
    })
  })

  /** Uploads the file in two chunks, and more while the connection is lost. */
  async function upload({ store, connected }: CutStore): Promise<void> {
    const app = appWith({ store })
    let path: string | undefined
    while (path === undefined) {
      await connected()
      const created = await app.request('/media/files', { method: 'POST', headers: CREATION })
      expect([201, 503]).toContain(created.status)
      if (created.status === 201) path = pathOf(created)
    }
    for (;;) {
      await connected()
      // The lease of a request whose connection was lost.
      await endLease(storeOf(direct), path)
      const state = await head(app, path)
      const mediaId = state.headers.get('x-media-id')
      if (mediaId !== null) return void (await expectReceived(mediaId))
      const offset = Number(state.headers.get('upload-offset'))
      if (state.status !== 200) continue
      const answer = await append(app, path, [offset, Math.min(file.length, offset + 11_000)])
      expect(PASSING).toContain(answer.status)
    }
  }

  /** Uploads with a connection that is lost at a call. Resolves to the number of calls. */
  async function uploadWithCut(call: number, moment: Moment): Promise<number> {
    const cut = await connect()
    await cut.connected()
    cut.proxy.cutAt(call, moment)
    await upload(cut)
    await cut.close()
    return cut.proxy.calls()
  }

  it('completes an upload, whichever of its calls loses the connection', async () => {
    const calls = await uploadWithCut(Infinity, 'before')
    expect(calls).toBeGreaterThan(10)
    // Redis drops half a command, so halfway is the same as before.
    for (const moment of ['before', 'after'] as const) {
      await Promise.all(Array.from({ length: calls }, (_, index) => uploadWithCut(index + 1, moment)))
    }
    expect(emulator.violations()).toEqual([])
  })
})
