import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { start } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'
import { REDIS, startRedis } from '../support/redis.ts'
import { bundleWorker } from '../support/worker.ts'

const MIB = 1024 * 1024
const CHUNK_BYTES = 1.5 * MIB
const TUS = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' }

describe('an upload whose chunks go to different servers', () => {
  let emulator: EmulatorProgram
  beforeAll(async () => {
    emulator = await startEmulator()
  })
  afterAll(() => emulator.kill())

  const env = () => ({
    X_BEARER_TOKEN: 'server-held-token',
    X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
    X_API_BASE_URL: emulator.url,
  })

  /** Uploads a file with each chunk to the next server. `host` goes into the header of that name. */
  async function alternate(servers: readonly { url: string; host: string }[]): Promise<void> {
    const file = randomVideo(10 * MIB + 1)
    const sha256 = createHash('sha256').update(file).digest('hex')
    const ask = (turn: number, method: string, path: string, headers: object, body: Buffer[] = []) => {
      const server = servers[turn % servers.length]
      return send(method, `${server?.url}${path}`, { ...TUS, host: server?.host, ...headers }, body)
    }
    const metadata = `filetype ${btoa('video/mp4')}`
    const created = await ask(0, 'POST', '/media/files', { 'upload-length': file.length, 'upload-metadata': metadata })
    expect(created.status, created.text).toBe(201)
    const path = `/media/${created.headers.location}`
    for (let offset = 0, turn = 1; offset < file.length; turn++) {
      const bytes = file.subarray(offset, offset + CHUNK_BYTES)
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': offset }
      const answer = await ask(turn, 'PATCH', path, { ...headers, 'content-length': bytes.length }, [bytes])
      expect(answer.status, answer.text).toBe(204)
      offset += bytes.length
      expect(answer.headers['upload-offset']).toBe(String(offset))
    }
    const ends = await Promise.all(servers.map((_, turn) => ask(turn, 'HEAD', path, {})))
    const ids = ends.map(({ headers }) => String(headers['x-media-id']))
    expect(new Set(ids).size).toBe(1)
    expect(await emulator.upload(ids[0] ?? '')).toMatchObject({ finalized: true, sha256 })
    expect(await emulator.violations()).toEqual([])
    for (const turn of servers.keys()) {
      const status = await ask(turn, 'GET', `/media/status/${ids[0]}`, {})
      expect(status.json).toMatchObject({ data: { id: ids[0] } })
    }
  }

  it.skipIf(!REDIS)('finishes where two processes share one Redis', async () => {
    const redis = await startRedis()
    const shared = { ...env(), X_MEDIA_STORE: redis.url }
    const servers = await Promise.all([start('serve:node', shared), start('serve:express', shared)])
    await alternate(servers.map(({ url }) => ({ url, host: new URL(url).host })))
    await Promise.all(servers.map((server) => server.kill()))
    await redis.stop()
  })

  it('finishes where two Workers share Durable Objects', async () => {
    const entry = fileURLToPath(new URL('../../examples/cloudflare-worker/server.ts', import.meta.url))
    const modules = await bundleWorker(entry)
    const worker = (name: string) => ({
      name,
      routes: [`${name}.example/*`],
      modules,
      compatibilityDate: '2026-07-30',
      compatibilityFlags: ['enable_request_signal'],
      bindings: env(),
      durableObjects: { UPLOADS: { className: 'XMediaObject', scriptName: 'one', useSQLite: true } },
    })
    const miniflare = new Miniflare({ host: '127.0.0.1', port: 0, workers: [worker('one'), worker('two')] })
    const { origin } = await miniflare.ready
    await alternate(['one', 'two'].map((name) => ({ url: origin, host: `${name}.example` })))
    await miniflare.dispose()
  })
})
