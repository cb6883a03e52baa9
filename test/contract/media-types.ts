import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MEDIA_ANSWERS, type MediaAnswer, PARAMETER_ANSWERS } from '../fixtures/media/answers.ts'
import { type Answer, dataOf, send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import { readMediaFixture } from '../support/media-fixtures.ts'
import { contentTypeOf, part, render } from '../support/multipart.ts'
import { loadSharp } from '../support/photos.ts'
import type { Program } from '../support/processes.ts'
import type { Target } from './contract.ts'

const USER = { 'x-demo-user': 'u1' }

/** What the Node example turns into JPEG where sharp runs; transform.test.ts has the answers. */
const CONVERTED = typeof (await loadSharp()) === 'string' ? [] : ['picture.avif']

/** Real files under the types that clients send for them: what X is told, or why they are refused. */
export function mediaTypes(target: Target): void {
  describe('media types', () => {
    const startServer = exampleServers(target)
    let emulator: EmulatorProgram
    let server: Program

    beforeAll(async () => {
      emulator = await startEmulator()
      server = await startServer(emulator.url)
    })
    afterAll(async () => {
      await Promise.all([server, emulator].map((program) => program?.kill()))
    })

    function sendRaw({ file, declaredType, parameters }: MediaAnswer): Promise<Answer> {
      const bytes = readMediaFixture(file)
      const type = declaredType === null ? {} : { 'content-type': declaredType }
      const url = `${server.url}/media?${new URLSearchParams(parameters)}`
      return send('POST', url, { ...USER, ...type, 'content-length': bytes.length }, [bytes])
    }

    function sendForm({ file, declaredType, parameters }: MediaAnswer): Promise<Answer> {
      const type = declaredType === null ? [] : [`Content-Type: ${declaredType}`]
      const content = Buffer.from(readMediaFixture(file)).toString('latin1')
      const fields = Object.entries(parameters).map(([name, value]) => part(`name="${name}"`, value))
      const parts = [...fields, part(`name="media"; filename="${file}"`, content, ...type)]
      const body = Buffer.from(render({ boundary: 'b', parts, end: '\r\n' }).join(''), 'latin1')
      const headers = { ...USER, 'content-type': contentTypeOf('b'), 'content-length': body.length }
      return send('POST', `${server.url}/media`, headers, [body])
    }

    async function countInitialized(): Promise<number> {
      const { counts } = await emulator.control<{ counts: { initialize: number } }>('GET', '/requests')
      return counts.initialize
    }

    async function expectAnswer({ status, text, json }: Answer, { file, answer }: MediaAnswer): Promise<void> {
      expect(status, text).toBe(answer.status)
      if (answer.status !== 201) {
        expect(json).toMatchObject({ detail: expect.stringMatching(answer.detail) })
        return
      }
      const { mediaType, category } = answer
      const sha256 = createHash('sha256').update(readMediaFixture(file)).digest('hex')
      expect(await emulator.upload(dataOf(json).id)).toMatchObject({
        ...{ media_type: mediaType, media_category: category, sha256, finalized: true },
      })
    }

    const isConverted = ({ file, declaredType }: MediaAnswer) =>
      target === 'node' && CONVERTED.includes(file) && declaredType?.startsWith('image/')

    it.each([...MEDIA_ANSWERS, ...PARAMETER_ANSWERS].filter((row) => !isConverted(row)))(
      '$file as $declaredType with $parameters: $answer.status, raw and in a form',
      async (row) => {
        const before = await countInitialized()
        const answers = [...(row.isForm ? [] : [await sendRaw(row)]), await sendForm(row)]
        for (const answer of answers) await expectAnswer(answer, row)
        const initialized = (await countInitialized()) - before
        expect(initialized).toBe(row.answer.status === 201 ? answers.length : 0)
      },
    )

    it.each([
      ['image/heic', 'photo.heic'],
      ['application/octet-stream', 'photo.heic'],
      ['image/jpg', 'photo.heic'],
    ])('a resumable HEIC photo as %s is refused with advice', async (type, file) => {
      const bytes = readMediaFixture(file)
      expect(await uploadResumable(bytes, type)).toMatchObject({
        ...{ status: 415, json: { detail: expect.stringMatching(/HEIC.*JPEG/) } },
      })
    })

    it.each([
      [undefined, 'clip.mov', 'video/quicktime', 'tweet_video'],
      ['application/octet-stream', 'captions.srt', 'text/srt', 'subtitles'],
      ['video/x-m4v', 'clip-m4v.m4v', 'video/mp4', 'tweet_video'],
      ['image/gif', 'still-ffmpeg.gif', 'image/gif', 'tweet_image'],
    ])('a resumable upload as %s of %s is %s for X', async (type, file, media_type, media_category) => {
      const bytes = readMediaFixture(file)
      const { status, text, headers } = await uploadResumable(bytes, type)
      expect(status, text).toBe(204)
      const upload = await emulator.upload(String(headers['x-media-id']))
      expect(upload).toMatchObject({ media_type, media_category, size: bytes.length, finalized: true })
    })

    /** Creates an upload by tus, and sends the whole file; resolves to the first refusal, or to the last answer. */
    async function uploadResumable(bytes: Uint8Array, type: string | undefined): Promise<Answer> {
      const tus = { ...USER, 'tus-resumable': '1.0.0' }
      const metadata = type === undefined ? {} : { 'upload-metadata': `filetype ${btoa(type)}` }
      const creation = { ...tus, ...metadata, 'upload-length': bytes.length, 'content-length': 0 }
      const created = await send('POST', `${server.url}/media/files`, creation)
      if (created.status !== 201) return created
      const url = new URL(String(created.headers.location), `${server.url}/media/files`).href
      const chunk = { 'content-type': 'application/offset+octet-stream', 'content-length': bytes.length }
      return await send('PATCH', url, { ...tus, ...chunk, 'upload-offset': 0 }, [bytes])
    }
  })
}
