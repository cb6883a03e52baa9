import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'
import { startKillableCluster } from '../support/killable-cluster.ts'
import { start } from '../support/processes.ts'
import { surviveChaos } from './chaos.ts'

it('no upload is lost while one of three servers with a Deno KV dies every second', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const store = { X_MEDIA_STORE: join(folder, 'store') }
  await surviveChaos(1000, (env) => startKillableCluster(3, () => start('serve:deno', { ...env, ...store })))
})
