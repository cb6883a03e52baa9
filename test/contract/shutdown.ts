import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { dataOf, type OpenRequest, open, randomFile, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { startExampleServer } from '../support/example-server.ts'
import type { Program } from '../support/processes.ts'
import type { Target } from './contract.ts'

const MIB = 1024 * 1024
const USER = { 'x-demo-user': 'u1' }
const VIDEO = { ...USER, 'content-type': 'video/mp4' }
const TUS = { ...USER, 'tus-resumable': '1.0.0' }
const CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' }

/** More than any upload here takes, so that none is cut, milliseconds. */
const ENOUGH_MS = '600000'

const refusal = { status: 503, json: expect.objectContaining({ code: 'shutting_down' }) }

/** What a server does between SIGTERM and its end. */
export function shutdown(target: Target): void {
  describe('a server that is told to stop', () => {
    const file = randomFile(10 * MIB)
    const pieces = [...file.pieces()]
    let emulator: EmulatorProgram
    let folder: string

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
      emulator = await startEmulator()
    })
    afterAll(async () => {
      await emulator.kill()
      await rm(folder, { recursive: true, force: true })
    })

    async function serve(drainMs: string): Promise<Program> {
      const env = { X_MEDIA_STORE: join(folder, 'store'), DRAIN_MS: drainMs }
      const server = await startExampleServer(target, emulator.url, env)
      onTestFinished(() => server.kill('SIGKILL'))
      return server
    }

    /** Sends the beginning of the file, until X has some of it. */
    async function begin(server: Program, upload: OpenRequest): Promise<void> {
      const before = (await emulator.uploads()).length
      for (const piece of pieces.slice(0, 7)) await upload.write(piece)
      await expect.poll(async () => (await emulator.uploads())[before]?.segments.length).toBe(1)
      expect((await send('GET', `${server.url}/ready`)).status).toBe(200)
    }

    const isDraining = (server: Program) =>
      expect.poll(async () => (await send('GET', `${server.url}/ready`)).status).toBe(503)

    async function createUpload(server: Program): Promise<string> {
      const metadata = { 'upload-length': file.size, 'upload-metadata': `filetype ${btoa('video/mp4')}` }
      const created = await send('POST', `${server.url}/media/files`, { ...TUS, ...metadata })
      expect(created.status, created.text).toBe(201)
      return `/media/${created.headers.location}`
    }

    it('lets an upload end, and meanwhile is not ready and refuses new ones', async () => {
      const server = await serve(ENOUGH_MS)
      const upload = open('POST', `${server.url}/media`, { ...VIDEO, 'content-length': file.size })
      await begin(server, upload)
      const ended = server.kill('SIGTERM')
      await isDraining(server)

      const refused = await Promise.all([
        send('POST', `${server.url}/media`, { ...VIDEO, 'content-length': file.size }, file.pieces()),
        send('POST', `${server.url}/media/files`, { ...TUS, 'upload-length': file.size }),
      ])
      for (const answer of refused) {
        expect(answer).toMatchObject(refusal)
        expect(answer.headers['retry-after']).toBe('2')
      }
      for (const piece of pieces.slice(7)) await upload.write(piece)
      upload.end()
      const answer = await upload.answer
      expect(answer.status, answer.text).toBe(201)
      expect(await emulator.upload(dataOf(answer.json).id)).toMatchObject({ finalized: true, sha256: file.sha256 })
      await ended
    })

    it('hands a resumable upload over that does not end in time', async () => {
      const server = await serve('200')
      const path = await createUpload(server)
      const headers = { ...CHUNK, 'upload-offset': 0, 'content-length': file.size }
      const chunk = open('PATCH', server.url + path, headers)
      await begin(server, chunk)
      const ended = server.kill('SIGTERM')
      expect(await chunk.answer).toMatchObject(refusal)
      await ended

      const next = await serve(ENOUGH_MS)
      const { headers: state } = await send('HEAD', next.url + path, TUS)
      const offset = Number(state['upload-offset'])
      expect(offset).toBeGreaterThanOrEqual(4 * MIB)
      const rest = Buffer.concat(pieces).subarray(offset)
      const end = { ...CHUNK, 'upload-offset': offset, 'content-length': rest.length }
      const answer = await send('PATCH', next.url + path, end, [rest])
      expect(answer.status, answer.text).toBe(204)
      const id = String(answer.headers['x-media-id'])
      expect(await emulator.upload(id)).toMatchObject({ finalized: true, sha256: file.sha256 })
      expect(await emulator.violations()).toEqual([])
    })

    it('tells the client of another upload that it was cut, and finalizes nothing', async () => {
      const server = await serve('200')
      const upload = open('POST', `${server.url}/media`, { ...VIDEO, 'content-length': file.size })
      await begin(server, upload)
      const ended = server.kill('SIGTERM')
      expect(await upload.answer).toMatchObject(refusal)
      await ended
      expect((await emulator.uploads()).at(-1)).toMatchObject({ finalized: false })
    })

    it('does not wait for event streams, whose clients connect again', async () => {
      const server = await serve(ENOUGH_MS)
      const small = randomFile(10)
      const answer = await send('POST', `${server.url}/media`, { ...VIDEO, 'content-length': 10 }, small.pieces())
      const status = new URL(String(answer.headers.location), server.url).href
      const events = await fetch(status, { headers: { ...USER, accept: 'text/event-stream' } })
      expect(events.headers.get('content-type')).toBe('text/event-stream')
      await server.kill('SIGTERM')
      await events.text().catch(() => {})
    })
  })
}
