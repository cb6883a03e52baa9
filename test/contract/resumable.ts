import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { type HttpResponse, Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { open, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import type { Program } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'
import type { Target } from './contract.ts'
import { protocols } from './protocols.ts'

const MIB = 1024 * 1024
const USER = { 'x-demo-user': 'u1' }
const TUS = { ...USER, 'tus-resumable': '1.0.0' }
const CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' }
/** How often the process is killed, and how many uploads each kill interrupts: 30 moments in all. */
const KILLS = 3
const UPLOADS_PER_KILL = 10
const METADATA = `filetype ${btoa('video/mp4')}`

/** What resumable uploads must do, with the most common client and with the durable store of each runtime. */
export function resumable(target: Target): void {
  describe('resumable uploads', () => {
    const startServer = exampleServers(target)
    let emulator: EmulatorProgram
    let server: Program
    let folder: string

    const serve = () =>
      startServer(emulator.url, {
        X_MEDIA_STORE: join(folder, 'store'),
      })

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
      emulator = await startEmulator()
      server = await serve()
    })
    afterAll(async () => {
      await Promise.all([server, emulator].map((program) => program?.kill()))
      await rm(folder, { recursive: true, force: true })
    })

    const endpoint = () => `${server.url}/media/files`

    async function expectReceived(mediaId: string | undefined, file: Buffer): Promise<void> {
      const sha256 = createHash('sha256').update(file).digest('hex')
      expect(await emulator.upload(mediaId ?? '')).toMatchObject({ finalized: true, size: file.length, sha256 })
      expect(await emulator.violations()).toEqual([])
    }

    /** Uploads with tus-js-client, and pauses after each number of bytes in `pauseAt`. */
    function upload(
      body: Buffer | Readable,
      options: UploadOptions = {},
      pauseAt: number[] = [],
    ): Promise<HttpResponse> {
      return new Promise((resolve, reject) => {
        const upload = new Upload(body, {
          endpoint: endpoint(),
          headers: USER,
          metadata: { filename: 'a.mp4', filetype: 'video/mp4' },
          retryDelays: [100, 500, 1000, 2000, 3000],
          onError: reject,
          onSuccess: ({ lastResponse }) => resolve(lastResponse),
          onProgress(sent) {
            if (sent < (pauseAt[0] ?? Infinity)) return
            pauseAt.shift()
            upload.abort().then(() => upload.start(), reject)
          },
          ...options,
        })
        upload.start()
      })
    }

    const idOf = (response: HttpResponse) => response.getHeader('x-media-id')

    it('accept a file from tus-js-client, and respond with the address of its status', async () => {
      const file = randomVideo(10 * MIB)
      const last = await upload(file)
      await expectReceived(idOf(last), file)
      const status = await send('GET', new URL(last.getHeader('location') ?? '', server.url).href, USER)
      expect(status.json).toMatchObject({ data: { id: idOf(last) } })
      const unticketed = await send('GET', `${server.url}/media/status/${idOf(last)}`, USER)
      expect(unticketed.json).toMatchObject({ data: { id: idOf(last) } })
      const foreign = await send('GET', `${server.url}/media/status/${idOf(last)}`, { 'x-demo-user': 'u2' })
      expect(foreign.status).toBe(404)
    })

    it('accept chunks that are no whole segments', async () => {
      const file = randomVideo(11 * MIB + 1)
      await expectReceived(idOf(await upload(file, { chunkSize: 3 * MIB + 7 })), file)
    })

    it('accept the first bytes with the request that creates the upload', async () => {
      const file = randomVideo(6 * MIB)
      const options = { uploadDataDuringCreation: true, chunkSize: 5 * MIB }
      await expectReceived(idOf(await upload(file, options)), file)
    })

    it('accept a stream whose length the client learns with its last bytes', async () => {
      const file = randomVideo(5 * MIB)
      const options = { uploadLengthDeferred: true, chunkSize: 8 * MIB }
      await expectReceived(idOf(await upload(Readable.from([file]), options)), file)
    })

    it('accept the IETF draft', async () => {
      const file = randomVideo(9 * MIB)
      const options = { protocol: 'ietf-draft-05', chunkSize: 5 * MIB }
      await expectReceived(idOf(await upload(file, options)), file)
    })

    it('continue after pauses in the middle of segments', async () => {
      const file = randomVideo(24 * MIB)
      await expectReceived(idOf(await upload(file, {}, [1, 5 * MIB + 3, 13 * MIB, 20 * MIB])), file)
    })

    it('accept five uploads at the same time', async () => {
      const files = Array.from({ length: 5 }, () => randomVideo(6 * MIB))
      const answers = await Promise.all(files.map((file, at) => upload(file, {}, [at * MIB])))
      for (const [at, file] of files.entries()) {
        const answer = answers[at]
        await expectReceived(answer && idOf(answer), file)
      }
    })

    async function create(bytes: number): Promise<string> {
      const headers = { ...TUS, 'upload-length': bytes, 'upload-metadata': METADATA }
      const answer = await send('POST', endpoint(), headers)
      expect(answer.status, answer.text).toBe(201)
      return new URL(String(answer.headers.location), endpoint()).href
    }

    const patch = (at: string, offset: number, bytes: Buffer) =>
      send('PATCH', at, { ...CHUNK, 'upload-offset': offset, 'content-length': bytes.length }, [bytes])

    it('respond with the right offset when a chunk has a wrong one', async () => {
      const file = randomVideo(6 * MIB)
      const at = await create(file.length)
      expect((await patch(at, 0, file.subarray(0, 5 * MIB))).headers['upload-offset']).toBe(String(5 * MIB))
      const wrong = await patch(at, 4 * MIB, file.subarray(4 * MIB))
      expect(wrong.status).toBe(409)
      expect(wrong.headers['upload-offset']).toBe(String(5 * MIB))
      const last = await patch(at, 5 * MIB, file.subarray(5 * MIB))
      await expectReceived(String(last.headers['x-media-id']), file)
    })

    it('give the upload of a client that stalls to another one within seconds', async () => {
      const file = randomVideo(6 * MIB)
      const at = await create(file.length)
      const silent = open('PATCH', at, { ...CHUNK, 'upload-offset': 0, 'content-length': file.length })
      await silent.write(file.subarray(0, 5 * MIB))
      const unfinished = async () => (await emulator.uploads()).filter(({ finalized }) => !finalized)
      await expect
        .poll(async () => (await unfinished()).map(({ segments }) => segments))
        .toEqual([[{ index: 0, size: 4 * MIB }]])
      let answer = await send('HEAD', at, TUS)
      for (let asked = 0; answer.status === 423 && asked < 5; asked++) answer = await send('HEAD', at, TUS)
      expect(answer.status).toBe(200)
      const offset = Number(answer.headers['upload-offset'])
      expect(offset).toBe(4 * MIB)
      const last = await patch(at, offset, file.subarray(offset))
      await expectReceived(String(last.headers['x-media-id']), file)
      silent.abort()
    })

    it('accept the chunk of one of two clients that send at the same time, every time', async () => {
      const rounds = 200
      const size = 64 * 1024
      const file = randomVideo(rounds * size)
      const at = await create(file.length)
      for (let round = 0; round < rounds; round++) {
        const bytes = file.subarray(round * size, (round + 1) * size)
        const answers = await Promise.all([patch(at, round * size, bytes), patch(at, round * size, bytes)])
        const statuses = answers.map(({ status }) => status)
        expect(
          statuses.filter((status) => status === 204),
          `${statuses}`,
        ).toHaveLength(1)
        expect(
          statuses.filter((status) => [409, 423, 400].includes(status)),
          `${statuses}`,
        ).toHaveLength(1)
      }
      const last = await send('HEAD', at, TUS)
      await expectReceived(String(last.headers['x-media-id']), file)
    })

    it('survive the end of the process at any moment', async () => {
      for (let kills = 0; kills < KILLS; kills++) {
        const uploads = await Promise.all(
          Array.from({ length: UPLOADS_PER_KILL }, async () => {
            const file = randomVideo(5 * MIB + Math.floor(Math.random() * 4 * MIB))
            return { file, at: await create(file.length) }
          }),
        )
        const interrupted = uploads.map(async ({ file, at }) => {
          const request = open('PATCH', at, { ...CHUNK, 'upload-offset': 0, 'content-length': file.length })
          // Each upload is interrupted at a different moment.
          const sent = Math.floor(Math.random() * (file.length + 1))
          await Promise.race([request.write(file.subarray(0, sent)), request.answer]).catch(() => {})
        })
        await Promise.race(interrupted)
        // The parent of workerd as well, which would start another one.
        process.kill(server.pid(), 'SIGKILL')
        await server.kill('SIGKILL')
        await Promise.all(interrupted)
        server = await serve()
        await Promise.all(
          uploads.map(async ({ file, at }) => {
            const resumed = new URL(new URL(at).pathname, server.url).href
            let answer = await send('HEAD', resumed, TUS)
            while (answer.status === 423) answer = await send('HEAD', resumed, TUS)
            expect(answer.status).toBe(200)
            const offset = Number(answer.headers['upload-offset'])
            const last = await patch(resumed, offset, file.subarray(offset))
            expect(last.status, last.text).toBe(204)
            await expectReceived(String(last.headers['x-media-id']), file)
          }),
        )
      }
    })

    // Last, for it leaves uploads unfinished.
    protocols(endpoint)
  })
}
