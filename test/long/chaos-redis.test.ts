import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { start } from '../support/processes.ts'
import { REDIS, startRedis } from '../support/redis.ts'
import { surviveChaos } from './chaos.ts'

/** What the example prints of each server. */
const STARTED = /^server (\d+) listens on/gm
const DIED = /^server (\d+) has died/gm

it.skipIf(!REDIS)('no upload is lost while one of three servers with a Redis dies every second', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  await surviveChaos(1000, async (env) => {
    const example = await start('example:cluster', { ...env, X_MEDIA_STORE: redis.url })
    onTestFinished(() => example.kill())
    const pids = (said: RegExp) => Array.from(example.output().matchAll(said), ([, pid]) => Number(pid))
    await expect.poll(() => pids(STARTED).length).toBe(3)
    return {
      url: example.url,
      async killOne() {
        const died = pids(DIED)
        const [oldest, other] = pids(STARTED).filter((pid) => !died.includes(pid))
        // On a slow machine, all would be dead.
        if (oldest === undefined || other === undefined) return false
        process.kill(oldest, 'SIGKILL')
        await expect.poll(() => pids(DIED)).toContain(oldest)
        return true
      },
      close: () => example.kill(),
    }
  })
})
