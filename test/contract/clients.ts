import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import NpmFormData from 'form-data'
import * as undici from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, dataOf, findProgram, randomFile, readAnswer, type TestFile } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import type { Program } from '../support/processes.ts'
import type { Target } from './contract.ts'

type Outcome = Pick<Answer, 'status' | 'text'>

const MIB = 1024 * 1024
const CURL = findProgram('curl')
const DENO = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url))
const USER = { 'x-demo-user': 'u1' }
const RAW = { ...USER, 'content-type': 'video/mp4' }
// Not the default category of a video, so that it shows whether the field was read.
const CATEGORY = 'dm_video'

/** Common clients, each with its own way to frame a body. */
export function clients(target: Target): void {
  describe('from clients in the wild', () => {
    const startServer = exampleServers(target)
    let emulator: EmulatorProgram
    let server: Program
    let folder: string

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
      emulator = await startEmulator()
      server = await startServer(emulator.url)
    })
    afterAll(async () => {
      await Promise.all([server, emulator].map((program) => program?.kill()))
      await rm(folder, { recursive: true, force: true })
    })

    const media = () => `${server.url}/media`

    async function saved(file: TestFile): Promise<string> {
      const path = join(folder, `${file.sha256}.mp4`)
      await writeFile(path, file.pieces())
      return path
    }

    async function expectReceived(file: TestFile, { status, text }: Outcome, expected: object = {}): Promise<void> {
      expect(status, text).toBe(201)
      const received = await emulator.upload(dataOf(JSON.parse(text)).id)
      const { size, sha256 } = file
      expect(received).toMatchObject({ finalized: true, size, sha256, media_type: 'video/mp4', ...expected })
    }

    if (!CURL) console.log('no curl found: its tests are skipped')
    describe.skipIf(!CURL)('accepts from curl', () => {
      const curl = (args: string[], input?: TestFile) => {
        const headers = Object.entries(USER).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
        return run(CURL ?? '', ['-sS', '-w', '\n%{http_code}', ...headers, ...args, media()], input)
      }

      it.each([
        ['-T', []],
        ['-T and -X POST', ['-X', 'POST']],
      ])('a file with %s', async (_, method) => {
        const file = randomFile(5 * MIB)
        const args = [...method, '-H', 'content-type: video/mp4', '-T', await saved(file)]
        await expectReceived(file, await curl(args))
      })

      it('its stdin with -T -, chunked, with the length in Upload-Length', async () => {
        const file = randomFile(5 * MIB)
        const headers = ['-H', 'content-type: video/mp4', '-H', `upload-length: ${file.size}`]
        await expectReceived(file, await curl(['-X', 'POST', ...headers, '-T', '-'], file))
      })

      it.each([
        ['of eight bytes', 8],
        ['of less than a block', 4000],
        ['of three segments', 10 * MIB],
        ['of exactly one segment', 4 * MIB],
      ])('a form with a file %s, without a declared size', async (_, size) => {
        const file = randomFile(size)
        const form = ['-F', `media_category=${CATEGORY}`, '-F', `media=@${await saved(file)};type=video/mp4`]
        await expectReceived(file, await curl(form), { media_category: CATEGORY })
      })

      it('a form with type and size in fields', async () => {
        const file = randomFile(5 * MIB)
        const fields = ['-F', 'media_type=video/mp4', '-F', `total_bytes=${file.size}`]
        await expectReceived(file, await curl([...fields, '-F', `media=@${await saved(file)}`]))
      })
    })

    it('accepts a stream from fetch', async () => {
      const file = randomFile(10 * MIB)
      const headers = { ...RAW, 'upload-length': `${file.size}` }
      const init = { method: 'POST', headers, body: blobOf(file).stream(), duplex: 'half' }
      const response = await fetch(media(), init)
      await expectReceived(file, { status: response.status, text: await response.text() })
    })

    it.each([
      [
        'Node',
        (file: TestFile) => fetch(media(), { method: 'POST', headers: USER, body: filled(new FormData(), file) }),
      ],
      [
        'undici',
        (file: TestFile) =>
          undici.fetch(media(), { method: 'POST', headers: USER, body: filled(new undici.FormData(), file) }),
      ],
    ])('accepts FormData with a Blob from the fetch of %s', async (_, post) => {
      const file = randomFile(10 * MIB)
      const response = await post(file)
      await expectReceived(file, { status: response.status, text: await response.text() }, { media_category: CATEGORY })
    })

    it('takes FormData from Deno, which ends it without a line break', async () => {
      const file = randomFile(5 * MIB)
      const path = await saved(file)
      const script = `
        const body = new FormData()
        body.append('media', new File([await Deno.readFile(${JSON.stringify(path)})], 'a.mp4', { type: 'video/mp4' }))
        const request = { method: 'POST', headers: ${JSON.stringify(USER)}, body }
        const response = await fetch(${JSON.stringify(media())}, request)
        console.log(await response.text() + '\\n' + response.status)`
      await expectReceived(file, await run(DENO, ['eval', script]))
    })

    describe('accepts from form-data', () => {
      /** Sends a form: chunked, unless `length` has a Content-Length. */
      function submit(form: NpmFormData, length: object = {}): Promise<Answer> {
        const headers = { ...form.getHeaders(USER), ...length }
        const outgoing = request(media(), { method: 'POST', headers, agent: false })
        // A response before the end of the body closes the connection under the rest.
        outgoing.on('error', () => {})
        form.pipe(outgoing)
        return readAnswer(outgoing)
      }

      async function streamed(file: TestFile, form: NpmFormData = new NpmFormData()): Promise<NpmFormData> {
        form.append('media', createReadStream(await saved(file)))
        return form
      }

      it('a form with Content-Length', async () => {
        const file = randomFile(10 * MIB)
        const form = new NpmFormData()
        form.append('media_category', CATEGORY)
        form.append('media', Buffer.concat([...file.pieces()]), { filename: 'video.mp4', contentType: 'video/mp4' })
        const answer = await submit(form, { 'content-length': form.getLengthSync() })
        await expectReceived(file, answer, { media_category: CATEGORY })
      })

      it('a chunked form with the size before the file', async () => {
        const file = randomFile(10 * MIB)
        const form = new NpmFormData()
        form.append('total_bytes', `${file.size}`)
        await expectReceived(file, await submit(await streamed(file, form)))
      })

      it('a chunked form of unknown size, if the file fits into one segment', async () => {
        const small = randomFile(MIB)
        await expectReceived(small, await submit(await streamed(small)))
        const large = randomFile(12 * MIB)
        // This client sends `Connection: close`: a server that closes at once resets the bytes that still arrive.
        for (let round = 0; round < 5; round++) {
          const { status, json } = await submit(await streamed(large))
          expect([status, json]).toEqual([411, expect.objectContaining({ code: 'length_required' })])
        }
        expect((await emulator.uploads()).filter(({ finalized }) => !finalized)).toEqual([])
      })
    })

    it('broke no rule of X’s API in these uploads', async () => {
      expect(await emulator.violations()).toEqual([])
    })
  })
}

function filled<Form extends Pick<FormData, 'append'>>(form: Form, file: TestFile): Form {
  form.append('media_category', CATEGORY)
  form.append('media', blobOf(file), 'video.mp4')
  return form
}

function blobOf(file: TestFile): Blob {
  return new Blob([...file.pieces()], { type: 'video/mp4' })
}

/** Runs a program that prints the response body and, in the last line, the status. */
async function run(program: string, args: string[], input?: TestFile): Promise<Outcome> {
  const child = spawn(program, args)
  // A program that ends before it has read everything writes the reason to stderr.
  child.stdin.on('error', () => {})
  Readable.from(input?.pieces() ?? []).pipe(child.stdin)
  const [output, problems, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const [, body, status] = /^(.*)\n(\d{3})\n?$/s.exec(output) ?? []
  if (!status || body === undefined) throw new Error(`${program} ended with ${code}: ${problems}${output}`)
  return { status: Number(status), text: body }
}
