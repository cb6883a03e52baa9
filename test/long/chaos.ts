import { createHash } from 'node:crypto'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import { expect, onTestFinished } from 'vitest'
import { serve } from '../../adapters/node.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { randomVideo } from '../support/random-video.ts'

/** How many uploads go on while servers die. */
const UPLOADS = Number(process.env['TEST_UPLOADS'] ?? 50)
const AT_ONCE = 10
const MIB = 1024 * 1024

/** How long X takes for a segment, of the time between two deaths: uploads last through several. */
const APPEND_SHARE = 0.4

/** Servers that share a store, behind a balancer. */
export interface Cluster {
  url: string
  /** Kills one of the servers with SIGKILL, if one is running, and resolves to whether it did. It is started again. */
  killOne(): Promise<boolean>
  close(): Promise<void>
}

/** Uploads files while one server dies every so many milliseconds, on average. None may be lost. */
export async function surviveChaos(
  killEveryMs: number,
  startCluster: (env: Record<string, string>) => Promise<Cluster>,
): Promise<void> {
  const emulator = createEmulator()
  const slowX = {
    async fetch(request: Request, env: unknown) {
      const response = await emulator.app.fetch(request, env)
      if (request.url.endsWith('/append')) await pause(APPEND_SHARE * killEveryMs)
      return response
    },
  }
  const x = await serve(slowX, { port: 0 })
  onTestFinished(() => x.close())
  const cluster = await startCluster({
    X_BEARER_TOKEN: 'server-held-token',
    X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
    X_API_BASE_URL: x.url,
    X_MEDIA_SEGMENT_BYTES: String(MIB),
    DRAIN_MS: '0',
  })
  onTestFinished(() => cluster.close())
  let isOver = false
  const chaos = keepKilling(cluster, killEveryMs, () => isOver)

  const waiting = Array.from({ length: UPLOADS }, (_, index) => `u${index}`)
  async function uploadNext(): Promise<void> {
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
      const file = Buffer.from(randomVideo(4 * MIB + Math.floor(Math.random() * 4 * MIB)))
      const mediaId = await upload(`${cluster.url}/media/files`, user, file)
      const sha256 = createHash('sha256').update(file).digest('hex')
      expect(await emulator.upload(mediaId)).toMatchObject({ finalized: true, size: file.length, sha256 })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, uploadNext)).finally(() => {
    isOver = true
  })
  expect(await chaos).toBeGreaterThan(0)
  expect(emulator.violations()).toEqual([])
}

/**
 * Resolves to how many servers it has killed. The times between are random: at fixed ones, the server that takes over an
 * upload when a lease has run out would always be the next to die.
 */
async function keepKilling(cluster: Cluster, everyMs: number, isOver: () => boolean): Promise<number> {
  let kills = 0
  while (!isOver()) {
    await pause(kills === 0 ? everyMs / 2 : (0.5 + Math.random()) * everyMs)
    if (!isOver() && (await cluster.killOne())) kills++
  }
  return kills
}

/** Uploads with tus-js-client, which tries again until the upload is complete. */
function upload(endpoint: string, user: string, file: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    new Upload(file, {
      endpoint,
      headers: { 'x-demo-user': user },
      metadata: { filetype: 'video/mp4' },
      retryDelays: Array.from({ length: 300 }, () => 200),
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('X-Media-Id') ?? ''),
    }).start()
  })
}
