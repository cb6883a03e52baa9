import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteStore } from '../../../adapters/node.ts'
import { memoryStore, redisStore } from '../../../src/index.ts'
import { checkRecords, RECORD_CHECKS } from '../../support/record-checks.ts'
import { REDIS, startRedis } from '../../support/redis.ts'
import { startWorker } from '../../support/worker.ts'

const run = promisify(execFile)
const support = (file: string) => fileURLToPath(new URL(`../../support/${file}`, import.meta.url))
const bin = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/0.1.0/${name}`, import.meta.url))

describe('what 0.1.0 wrote is read by this version, or ends as a client expects', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function copyOf(name: string, copy = name): Promise<string> {
    const path = join(folder, copy)
    await cp(fixture(name), path, { recursive: true })
    return path
  }

  it('in SQLite on Node', async () => {
    const database = new DatabaseSync(await copyOf('sqlite.db', 'node.db'))
    expect(await checkRecords(sqliteStore(database))).toEqual({})
    database.close()
  })

  it('in SQLite on Bun', async () => {
    const database = await copyOf('sqlite.db', 'bun.db')
    const { stdout } = await run(bin('bun'), [support('check-records-in-bun-sqlite.ts'), database])
    expect(JSON.parse(stdout)).toEqual({})
  })

  it('in Deno KV', async () => {
    const rights = ['--unstable-kv', '--allow-env', '--allow-read', '--allow-write']
    const script = support('check-records-in-deno-kv.ts')
    const args = ['run', '--no-prompt', ...rights, script, await copyOf('deno-kv.db')]
    expect(JSON.parse((await run(bin('deno'), args)).stdout)).toEqual({})
  })

  it('in Durable Objects', async () => {
    const miniflare = await startWorker(support('check-records-in-durable-objects.ts'), {
      // The object's folder and names derive from it.
      name: 'x-media',
      durableObjects: { UPLOADS: { className: 'XMediaObject', useSQLite: true } },
      durableObjectsPersist: await copyOf('durable-objects'),
    })
    expect(await (await miniflare.dispatchFetch('http://localhost/')).json()).toEqual({})
    await miniflare.dispose()
  })

  it.skipIf(!REDIS)('in Redis', async () => {
    const { url, stop } = await startRedis()
    const client = new Redis(url)
    const entries: { key: string; value: string; pxat: number }[] = JSON.parse(
      await readFile(fixture('redis.json'), 'utf8'),
    )
    for (const { key, value, pxat } of entries) await client.call('SET', key, value, 'PXAT', pxat)
    expect(await checkRecords(redisStore({ sendCommand: (name, ...rest) => client.call(name, ...rest) }))).toEqual({})
    client.disconnect()
    await stop()
  })

  it('and each check fails for an empty store', async () => {
    expect(Object.keys(await checkRecords(memoryStore()))).toEqual(Object.keys(RECORD_CHECKS))
  })
})
