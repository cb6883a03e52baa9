import { createHash, randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import { Client } from '@xdevplatform/xdk'
import { ApiResponseError, EUploadMimeType, TwitterApi } from 'twitter-api-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import { sampleFile } from '../support/media.ts'
import type { Program } from '../support/processes.ts'
import type { Target } from './contract.ts'

const MIB = 1024 * 1024

/** X's SDKs, unmodified, work with another base URL and with the app's own token instead of X's. */
export function compat(target: Target): void {
  describe('X’s own media API', () => {
    const startServer = exampleServers(target)
    let emulator: EmulatorProgram
    let server: Program

    beforeAll(async () => {
      emulator = await startEmulator({ processing: { pendingSecs: 0, inProgressSecs: 1 } })
      server = await startServer(emulator.url, {
        // The client sends a token of the app, which only `authorize` sees.
        DEMO_SUBJECT_HEADER: 'authorization',
      })
    })
    afterAll(() => Promise.all([server, emulator].map((program) => program?.kill())))

    /** twitter-api-v2 has no option for the base URL, so a plugin redirects its requests. */
    function twitterApi(token: string): TwitterApi {
      const { host } = new URL(server.url)
      return new TwitterApi(token, {
        httpAgent: new Agent(),
        plugins: [
          {
            onBeforeRequest({ computedParams: { url } }) {
              url.protocol = 'http:'
              url.host = host
              url.pathname = `/media${url.pathname}`
            },
          },
        ],
      })
    }

    const xdk = (accessToken: string) => new Client({ baseUrl: `${server.url}/media`, accessToken })

    async function expectReceived(mediaId: string | undefined, file: Uint8Array, expected: object): Promise<void> {
      const sha256 = createHash('sha256').update(file).digest('hex')
      const upload = await emulator.upload(mediaId ?? '')
      expect(upload).toMatchObject({ finalized: true, size: file.length, sha256, ...expected })
      expect(await emulator.violations()).toEqual([])
    }

    it.each([
      ['an image', EUploadMimeType.Png, 'tweet_image', 3 * MIB],
      ['a GIF', EUploadMimeType.Gif, 'tweet_gif', 2 * MIB + 1],
      ['a video', EUploadMimeType.Mp4, 'tweet_video', 5 * MIB + 7],
    ] as const)(
      'accepts %s and its alternative text from twitter-api-v2',
      async (_, media_type, media_category, size) => {
        const client = twitterApi('token-of-user-1')
        const file = sampleFile(media_type, size)
        const id = await client.v2.uploadMedia(Buffer.from(file), { media_type, media_category })
        await client.v2.createMediaMetadata(id, { alt_text: { text: 'A cat' } })
        await expectReceived(id, file, { media_category, metadata: { alt_text: { text: 'A cat' } } })
      },
    )

    it.each([
      ['an image', 'image/png', 'tweet_image', 100_000],
      ['a GIF', 'image/gif', 'tweet_gif', 2 * MIB],
      ['a video', 'video/mp4', 'tweet_video', 5 * MIB + 7],
    ] as const)(
      'accepts %s in base64 and its alternative text from X’s official SDK',
      async (_, mediaType, mediaCategory, size) => {
        const { media } = xdk('token-of-user-1')
        const file = sampleFile(mediaType, size)
        const opened = await media.initializeUpload({ mediaType, mediaCategory, totalBytes: size })
        const id = opened.data?.id ?? ''
        for (let index = 0; index * 2 * MIB < size; index++) {
          const bytes = file.subarray(index * 2 * MIB, (index + 1) * 2 * MIB)
          const segment = { media: Buffer.from(bytes).toString('base64'), segmentIndex: index }
          await media.appendUpload(id, segment)
        }
        let { data } = await media.finalizeUpload(id)
        while (data?.processingInfo && data.processingInfo.state !== 'succeeded') {
          await new Promise((resolve) => setTimeout(resolve, 250))
          data = (await media.getUploadStatus(id, { command: 'STATUS' })).data
        }
        await media.createMetadata({ id, metadata: { altText: { text: 'A cat' } } })
        await expectReceived(id, file, { media_category: mediaCategory, metadata: { alt_text: { text: 'A cat' } } })
      },
    )

    it('accepts an image in one request from X’s official SDK', async () => {
      const file = sampleFile('image/png', 100_000)
      const body = { media: Buffer.from(file).toString('base64'), mediaCategory: 'tweet_image' as const }
      const { data } = await xdk('token-of-user-1').media.upload(body)
      await expectReceived(data?.id, file, { media_category: 'tweet_image', media_type: 'image/png' })
    })

    it('accepts the first generation, with parameters in the query or in the form', async () => {
      const file = sampleFile('video/mp4', 3 * MIB)
      const headers = { authorization: 'Bearer token-of-user-1' }
      const command = (parameters: Record<string, string>, body?: FormData) =>
        fetch(`${server.url}/media/2/media/upload?${new URLSearchParams(parameters)}`, {
          method: 'POST',
          headers,
          ...(body ? { body } : {}),
        })
      const size = { total_bytes: String(file.length), media_type: 'video/mp4', media_category: 'dm_video' }
      const opened = await command({ command: 'INIT', ...size })
      expect(opened.status, await opened.clone().text()).toBe(202)
      const { data }: { data: { id: string } } = await opened.json()
      for (const [index, from] of [0, 2 * MIB].entries()) {
        const form = new FormData()
        form.append('command', 'APPEND')
        form.append('media_id', data.id)
        form.append('media', new Blob([file.slice(from, from + 2 * MIB)]))
        form.append('segment_index', String(index))
        const appended = await command({}, form)
        expect(appended.status, await appended.text()).toBe(204)
      }
      expect((await command({ command: 'FINALIZE', media_id: data.id })).status).toBe(200)
      await expectReceived(data.id, file, { media_category: 'dm_video' })
    })

    it('hides a media from other subjects, in every operation and wherever its id is sent', async () => {
      const file = sampleFile('image/png', 100_000)
      const { media } = xdk('token-of-user-1')
      const opened = await media.initializeUpload({
        mediaType: 'image/png',
        mediaCategory: 'tweet_image',
        totalBytes: file.length,
      })
      const own = opened.data?.id ?? ''
      const form = (fields: Record<string, string>) => {
        const body = new FormData()
        for (const [name, value] of Object.entries(fields)) body.append(name, value)
        body.append('media', new Blob([file]))
        return { body }
      }
      const json = (value: object) => ({
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/json' },
      })
      const subtitles = { id: own, language_code: 'EN' }
      const calls = (id: string): [string, string, RequestInit][] => [
        ['POST', `/upload/${id}/append`, form({ segment_index: '0' })],
        ['POST', `/upload/${id}/append`, json({ media: 'AAAA', segment_index: 0 })],
        ['POST', `/upload/${id}/finalize`, {}],
        ['GET', `/upload?command=STATUS&media_id=${id}`, {}],
        ['POST', `/upload?command=APPEND&media_id=${id}&segment_index=0`, form({})],
        ['POST', `/upload?command=APPEND`, form({ media_id: id, segment_index: '0' })],
        ['POST', `/upload?command=FINALIZE&media_id=${id}`, {}],
        ['POST', '/metadata', json({ id, metadata: { alt_text: { text: 'mine' } } })],
        ['POST', '/subtitles', json({ id, media_category: 'TweetVideo', subtitles: { ...subtitles, id } })],
        ['DELETE', '/subtitles', json({ id, media_category: 'TweetVideo', language_code: 'EN' })],
      ]
      const request = async ([method, path, init]: [string, string, RequestInit]) => {
        const headers = { ...init.headers, authorization: 'Bearer token-of-user-2' }
        const answer = await fetch(`${server.url}/media/2/media${path}`, { ...init, method, headers })
        return [method, path.replace(/\d{10,}/, 'id'), answer.status, await answer.text()]
      }
      const [foreign, unknown] = [calls(own), calls('999999999999')]
      for (const [at, call] of foreign.entries()) {
        const answer = await request(call)
        expect(answer).toEqual(await request(unknown[at] ?? call))
        expect(answer[2]).toBe(400)
      }
      await media.appendUpload(own, { media: Buffer.from(file).toString('base64'), segmentIndex: 0 })
      await media.finalizeUpload(own)
      await expectReceived(own, file, { metadata: {} })
    })

    it('splits segments that are too large for X', async () => {
      const file = randomVideo(12_500_000)
      const headers = { authorization: 'Bearer token-of-user-1' }
      const url = `${server.url}/media/2/media/upload`
      const opened = await send('POST', `${url}/initialize`, { ...headers, 'content-type': 'application/json' }, [
        Buffer.from(JSON.stringify({ media_type: 'video/mp4', total_bytes: file.length })),
      ])
      const { id } = JSON.parse(opened.text).data
      for (const index of [1, 0, 2]) {
        const body = new FormData()
        body.append('segment_index', String(index))
        body.append('media', new Blob([file.subarray(index * 5 * MIB, (index + 1) * 5 * MIB)]))
        const appended = await fetch(`${url}/${id}/append`, { method: 'POST', headers, body })
        expect(appended.status, await appended.text()).toBe(200)
      }
      expect((await fetch(`${url}/${id}/finalize`, { method: 'POST', headers })).status).toBe(200)
      await expectReceived(id, file, { media_category: 'tweet_video' })
    })

    function randomVideo(size: number): Uint8Array<ArrayBuffer> {
      const file = new Uint8Array(randomBytes(size))
      file.set(sampleFile('video/mp4', 4096))
      return file
    }

    it('passes on X’s errors as X sends them', async () => {
      const client = twitterApi('token-of-user-1')
      const png = Buffer.from(sampleFile('image/png', 50_000))
      const upload = () =>
        client.v2.uploadMedia(png, { media_type: EUploadMimeType.Png, media_category: 'tweet_image' })
      const official = xdk('token-of-user-1').media
      const initialization = () =>
        official.initializeUpload({ mediaType: 'image/png', mediaCategory: 'tweet_image', totalBytes: 10 })

      const rateLimit = { step: 'initialize', kind: 'error', status: 429, limit: 'rate', waitSecs: 900 }
      await emulator.setFaults([rateLimit])
      const before = Math.floor(Date.now() / 1000)
      const limited: unknown = await upload().catch((error: unknown) => error)
      expect(limited).toMatchObject({ code: 429, rateLimitError: true, rateLimit: { remaining: 0 } })
      if (!(limited instanceof ApiResponseError)) throw limited
      expect(limited.rateLimit?.reset).toBeGreaterThan(before + 880)
      await emulator.setFaults([rateLimit])
      await expect(initialization()).rejects.toMatchObject({ status: 429, data: { title: 'Too Many Requests' } })

      const noScope = { step: 'initialize', kind: 'error', status: 403 }
      await emulator.setFaults([noScope])
      const problem = { title: 'Forbidden', type: 'about:blank', status: 403, detail: 'Forbidden' }
      await expect(upload()).rejects.toMatchObject({ code: 403, data: problem })
      await emulator.setFaults([noScope])
      await expect(initialization()).rejects.toMatchObject({ status: 403, data: problem })

      await emulator.setFaults([{ step: 'status', kind: 'processing_failed' }])
      const gif = Buffer.from(sampleFile('image/gif', 50_000))
      const failed = client.v2.uploadMedia(gif, { media_type: EUploadMimeType.Gif, media_category: 'tweet_gif' })
      await expect(failed).rejects.toThrow(/fail/i)

      await emulator.setFaults([{ step: 'finalize', kind: 'processing_failed' }])
      const opened = await official.initializeUpload({
        mediaType: 'image/gif',
        mediaCategory: 'tweet_gif',
        totalBytes: gif.length,
      })
      const id = opened.data?.id ?? ''
      await official.appendUpload(id, { media: gif.toString('base64'), segmentIndex: 0 })
      await official.finalizeUpload(id)
      const processing = async () => (await official.getUploadStatus(id, { command: 'STATUS' })).data?.processingInfo
      const failure = { state: 'failed', error: { name: expect.any(String) } }
      await expect.poll(processing, { timeout: 10_000, interval: 250 }).toMatchObject(failure)
      await emulator.setFaults([])
    })
  })
}
