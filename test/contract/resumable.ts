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
import { randomVideo } from '../support/media.ts'
import { type Program, start } from '../support/processes.ts'
import type { Target } from './contract.ts'

const MIB = 1024 * 1024
const USER = { 'x-demo-user': 'u1' }
const TUS = { ...USER, 'tus-resumable': '1.0.0' }
const PIECE = { ...TUS, 'content-type': 'application/offset+octet-stream' }
/** Ends of the process, and uploads that each of them interrupts: 30 moments. */
const DEATHS = 3
const UPLOADS_A_DEATH = 10
const METADATA = `filetype ${btoa('video/mp4')}`

/** What resumable uploads must do, with the client that most people have, on the durable store that is natural there. */
export function resumable(target: Target): void {
  describe('resumable uploads', () => {
    let emulator: EmulatorProgram
    let server: Program
    let folder: string

    const serve = () =>
      start(`serve:${target}`, {
        X_BEARER_TOKEN: 'server-held-token',
        X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
        X_API_BASE_URL: emulator.url,
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

    /** Uploads as the client does, interrupted as often as `interrupt` says with a number of bytes. */
    function upload(
      body: Buffer | Readable,
      options: UploadOptions = {},
      interrupt: number[] = [],
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
            if (sent < (interrupt[0] ?? Infinity)) return
            interrupt.shift()
            upload.abort().then(() => upload.start(), reject)
          },
          ...options,
        })
        upload.start()
      })
    }

    const idOf = (response: HttpResponse) => response.getHeader('x-media-id')

    it('goes over with tus-js-client, and the last answer tells where the status is', async () => {
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

    it('goes over in pieces that are no segments', async () => {
      const file = randomVideo(11 * MIB + 1)
      await expectReceived(idOf(await upload(file, { chunkSize: 3 * MIB + 7 })), file)
    })

    it('goes over with its first bytes in the creation', async () => {
      const file = randomVideo(6 * MIB)
      const options = { uploadDataDuringCreation: true, chunkSize: 5 * MIB }
      await expectReceived(idOf(await upload(file, options)), file)
    })

    it('goes over from a stream whose length is told with its last bytes', async () => {
      const file = randomVideo(5 * MIB)
      const options = { uploadLengthDeferred: true, chunkSize: 8 * MIB }
      await expectReceived(idOf(await upload(Readable.from([file]), options)), file)
    })

    it('goes over with the IETF’s draft', async () => {
      const file = randomVideo(9 * MIB)
      const options = { protocol: 'ietf-draft-05', chunkSize: 5 * MIB }
      await expectReceived(idOf(await upload(file, options)), file)
    })

    it('goes on after it was paused, in the middle of segments', async () => {
      const file = randomVideo(24 * MIB)
      await expectReceived(idOf(await upload(file, {}, [1, 5 * MIB + 3, 13 * MIB, 20 * MIB])), file)
    })

    it('goes over five at a time', async () => {
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
      return new URL(String(answer.headers.location), server.url).href
    }

    const patch = (at: string, offset: number, bytes: Buffer) =>
      send('PATCH', at, { ...PIECE, 'upload-offset': offset, 'content-length': bytes.length }, [bytes])

    it('tells a client that is wrong about the offset where to go on', async () => {
      const file = randomVideo(6 * MIB)
      const at = await create(file.length)
      expect((await patch(at, 0, file.subarray(0, 5 * MIB))).headers['upload-offset']).toBe(String(5 * MIB))
      const wrong = await patch(at, 4 * MIB, file.subarray(4 * MIB))
      expect(wrong.status).toBe(409)
      expect(wrong.headers['upload-offset']).toBe(String(5 * MIB))
      const last = await patch(at, 5 * MIB, file.subarray(5 * MIB))
      await expectReceived(String(last.headers['x-media-id']), file)
    })

    it('takes an upload from a holder that is silent within seconds, and refuses it to a newcomer until then', async () => {
      const file = randomVideo(6 * MIB)
      const at = await create(file.length)
      const silent = open('PATCH', at, { ...PIECE, 'upload-offset': 0, 'content-length': file.length })
      await silent.write(file.subarray(0, 5 * MIB))
      let answer = await send('HEAD', at, TUS)
      for (let asked = 0; answer.status === 423 && asked < 5; asked++) answer = await send('HEAD', at, TUS)
      expect(answer.status).toBe(200)
      const offset = Number(answer.headers['upload-offset'])
      expect(offset).toBe(4 * MIB)
      const last = await patch(at, offset, file.subarray(offset))
      await expectReceived(String(last.headers['x-media-id']), file)
      silent.abort()
    })

    it('gives an upload to one of two clients at the same time, every time', async () => {
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

    it('survives the end of its process at any moment', async () => {
      for (let deaths = 0; deaths < DEATHS; deaths++) {
        const uploads = await Promise.all(
          Array.from({ length: UPLOADS_A_DEATH }, async () => {
            const file = randomVideo(5 * MIB + Math.floor(Math.random() * 4 * MIB))
            return { file, at: await create(file.length) }
          }),
        )
        const dying = uploads.map(async ({ file, at }) => {
          const request = open('PATCH', at, { ...PIECE, 'upload-offset': 0, 'content-length': file.length })
          // The moment is another one for each of them.
          const sent = Math.floor(Math.random() * (file.length + 1))
          await Promise.race([request.write(file.subarray(0, sent)), request.answer]).catch(() => {})
        })
        await Promise.race(dying)
        // Of workerd its parent too: it would start another one.
        process.kill(server.pid(), 'SIGKILL')
        await server.kill('SIGKILL')
        await Promise.all(dying)
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
  })
}
