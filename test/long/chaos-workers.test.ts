import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'
import { startKillableCluster } from '../support/killable-cluster.ts'
import { start } from '../support/processes.ts'
import { surviveChaos } from './chaos.ts'

it('no upload is lost while workerd, with the Durable Objects, dies every few seconds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  // One: two could not share the objects of this machine. It needs longer than a second to start.
  await surviveChaos(3000, (env) =>
    startKillableCluster(1, () => start('serve:workers', { ...env, X_MEDIA_STORE: folder })),
  )
})
