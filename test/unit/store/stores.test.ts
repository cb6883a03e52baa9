import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteStore } from '../../../adapters/node.ts'
import { memoryStore, redisStore } from '../../../src/index.ts'
import { REDIS, startRedis } from '../../support/redis.ts'
import { checkStore, STORE_CHECKS } from '../../support/store-checks.ts'
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

  it.skipIf(!REDIS)('in Redis', async () => {
    const { url, stop } = await startRedis()
    const client = new Redis(url)
    expect(await checkStore(redisStore({ sendCommand: (name, ...rest) => client.call(name, ...rest) }))).toEqual({})
    client.disconnect()
    await stop()
  })

  it('and each check fails for a store that forgets everything', async () => {
    const forgetful = { get: async () => undefined, compareAndSwap: async () => true }
    const wrong = await checkStore(forgetful)
    const all = Object.keys(STORE_CHECKS).filter((name) => name !== 'has nothing under a new key')
    expect(Object.keys(wrong)).toEqual(all)
  })
})
