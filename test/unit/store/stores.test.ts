import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis as UpstashRedis } from '@upstash/redis'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteStore } from '../../../adapters/node.ts'
import { memoryStore, redisStore } from '../../../src/index.ts'
import { REDIS, REDIS_SERVERS, startRedis } from '../../support/redis.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { checkStore, STORE_CHECKS } from '../../support/store-checks.ts'
import { startUpstashServer, UPSTASH_TOKEN } from '../../support/upstash-server.ts'
import { startWorker } from '../../support/worker.ts'

const run = promisify(execFile)
const support = (file: string) => fileURLToPath(new URL(`../../support/${file}`, import.meta.url))
const bin = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))

describe('every store passes the checks', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('in memory', async () => {
    expect(await checkStore(memoryStore())).toEqual({})
  })

  it('in SQLite on Node', async () => {
    const database = new DatabaseSync(join(folder, 'node.db'))
    expect(await checkStore(sqliteStore(database))).toEqual({})
    database.close()
  })

  it('in SQLite on Bun', async () => {
    const { stdout } = await run(bin('bun'), [support('check-bun-sqlite.ts'), join(folder, 'bun.db')])
    expect(JSON.parse(stdout)).toEqual({})
  })

  it('in Deno KV', async () => {
    const rights = ['--unstable-kv', '--allow-env', '--allow-read', '--allow-write']
    const args = ['run', '--no-prompt', ...rights, support('check-deno-kv.ts'), join(folder, 'deno.db')]
    expect(JSON.parse((await run(bin('deno'), args)).stdout)).toEqual({})
  })

  it('in Durable Objects', async () => {
    const miniflare = await startWorker(support('check-durable-objects.ts'), {
      durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
    })
    expect(await (await miniflare.dispatchFetch('http://localhost/')).json()).toEqual({})
    await miniflare.dispose()
  })

  // Without a server, one test that is skipped.
  const servers = REDIS ? REDIS_SERVERS.map((path) => [basename(path), path] as const) : [['redis-server', ''] as const]
  describe.skipIf(!REDIS).each(servers)('in %s', (_, program) => {
    it('on one server', async () => {
      const { url, stop } = await startRedis(program)
      const client = new Redis(url)
      expect(await checkStore(redisStore({ sendCommand: (name, ...rest) => client.call(name, ...rest) }))).toEqual({})
      client.disconnect()
      await stop()
    })

    it('on a cluster, over all nodes, or in one slot by a tag in the prefix', async () => {
      const { nodes, stop } = await startRedisCluster(program)
      const clients = nodes.map(({ url }) => new Redis(url))
      const keys = async (prefix: string) =>
        (await Promise.all(clients.map((client) => client.keys(`${prefix}*`)))).filter(({ length }) => length > 0)
      const cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
      const sendCommand = (name: string, ...rest: string[]) => cluster.call(name, ...rest)
      expect(await checkStore(redisStore({ sendCommand }))).toEqual({})
      // Of 100 keys, each node has some.
      for (let key = 0; key < 100; key++) await sendCommand('SET', `x-media:${key}`, '')
      expect(await keys('x-media:')).toHaveLength(3)
      expect(await checkStore(redisStore({ sendCommand, prefix: '{uploads}:' }))).toEqual({})
      expect(await keys('{uploads}:')).toHaveLength(1)
      for (const client of [cluster, ...clients]) client.disconnect()
      await stop()
    })

    it('by Upstash’s client, on Node and in workerd', async () => {
      const { url, stop } = await startRedis(program)
      const client = new Redis(url)
      const server = await startUpstashServer(client)
      const upstash = { url: server.url, token: UPSTASH_TOKEN }
      const redis = new UpstashRedis({ ...upstash, automaticDeserialization: false })
      expect(
        await checkStore(redisStore({ sendCommand: (name = '', ...rest) => redis.exec([name, ...rest]) })),
      ).toEqual({})

      const bindings = { UPSTASH_REDIS_REST_URL: server.url, UPSTASH_REDIS_REST_TOKEN: UPSTASH_TOKEN }
      const miniflare = await startWorker(support('check-upstash.ts'), { bindings })
      expect(await (await miniflare.dispatchFetch('http://localhost/')).json()).toEqual({})
      await miniflare.dispose()

      const deserializing = new UpstashRedis(upstash)
      const store = redisStore({ sendCommand: (name = '', ...rest) => deserializing.exec([name, ...rest]) })
      await store.compareAndSwap('parsed', undefined, '{"a":1}', Date.now() + 60_000)
      await expect(store.get('parsed')).rejects.toThrow('set automaticDeserialization to false')
      client.disconnect()
      await server.close()
      await stop()
    })
  })

  it('and each check fails for a store that forgets everything', async () => {
    const forgetful = { get: async () => undefined, compareAndSwap: async () => true }
    const wrong = await checkStore(forgetful)
    const all = Object.keys(STORE_CHECKS).filter((name) => name !== 'has nothing under a new key')
    expect(Object.keys(wrong)).toEqual(all)
  })
})
