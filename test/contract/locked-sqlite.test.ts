import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, dataOf, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { sampleFile } from '../support/media.ts'
import { start } from '../support/processes.ts'

const LOCKED_MS = 6000
/** Late enough to see the end of the lock: a write waits for 4.5 seconds. */
const LATE_MS = 3000
const MAX_ANSWER_MS = 1000

const USER = { 'x-demo-user': 'u1' }
const CREATION = {
  ...{ ...USER, 'tus-resumable': '1.0.0', 'upload-length': '5000' },
  'upload-metadata': `filetype ${btoa('image/png')}`,
}

describe('while another process holds the lock of the SQLite database for six seconds', () => {
  let emulator: EmulatorProgram
  let folder: string
  beforeAll(async () => {
    emulator = await startEmulator()
    folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  })
  afterAll(async () => {
    await emulator.kill()
    await rm(folder, { recursive: true })
  })

  it.concurrent.each(['serve:node', 'serve:bun'])(
    '%s starts and answers what needs no write within a second, and writes succeed afterwards',
    async (script) => {
      const path = join(folder, `${script.replace(':', '-')}.db`)
      const env = {
        X_BEARER_TOKEN: 'server-held-token',
        X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
        X_API_BASE_URL: emulator.url,
        X_MEDIA_STORE: path,
      }
      const database = new DatabaseSync(path)
      database.exec('BEGIN EXCLUSIVE')
      const server = await start(script, env)
      const described = await send('GET', `${server.url}/media/openapi.json`)
      expect(described.status).toBe(200)
      database.exec('COMMIT')

      const image = sampleFile('image/png', 5000)
      const headers = { ...USER, 'content-type': 'image/png', 'content-length': image.length }
      const { id } = dataOf((await send('POST', `${server.url}/media`, headers, [image])).json)
      const create = () => send('POST', `${server.url}/media/files`, CREATION)

      database.exec('BEGIN IMMEDIATE')
      const lockedAt = performance.now()
      const early = Array.from({ length: 5 }, create)
      let late: Promise<Answer> | undefined
      let slowestMs = 0
      for (let now = lockedAt; now < lockedAt + LOCKED_MS; now = performance.now()) {
        if (now > lockedAt + LATE_MS) late ??= create()
        const status = await send('GET', `${server.url}/media/status/${id}`, USER)
        expect(status.status, status.text).toBe(200)
        slowestMs = Math.max(slowestMs, performance.now() - now)
      }
      database.exec('COMMIT')

      expect(slowestMs).toBeLessThan(MAX_ANSWER_MS)
      for (const answer of await Promise.all(early)) {
        expect(answer).toMatchObject({ status: 503, json: { code: 'store_unavailable' } })
      }
      expect(await late).toMatchObject({ status: 201 })
      expect(await create()).toMatchObject({ status: 201 })
      database.close()
      await server.kill()
    },
  )
})
