import { Agent } from 'node:http'
import { Client } from '@xdevplatform/xdk'
import { Hono } from 'hono'
import { EUploadMimeType, TwitterApi } from 'twitter-api-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../../adapters/node.ts'
import type { RunningServer } from '../../../adapters/serve.ts'
import { createEmulator, type Emulator } from '../../../src/emulator/index.ts'
import { xMedia } from '../../../src/index.ts'
import { optionsWith } from '../../support/app.ts'
import { append, compatClient, finalize, initialize, json, type Send } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

const video = sampleFile('video/mp4', 22_000)
const track = sampleFile('text/vtt', 5000)

async function upload(send: Send, fields: object, file: Uint8Array<ArrayBuffer>): Promise<string> {
  const id = await initialize(send, { ...fields, total_bytes: file.length })
  await append(send, id, 0, file)
  expect((await finalize(send, id)).status).toBe(200)
  return id
}

describe('X’s own API answers an object in `associated_subtitles`', () => {
  const other = { id: '1', language_code: 'FR', display_name: 'Français' }

  it.each<[string, (sent: object) => unknown]>([
    ['when X answers an object', (sent) => sent],
    ['when X answers a list, as in its OpenAPI 2.131', (sent) => [other, sent]],
    ['when X answers one of another shape', (sent) => ({ EN: sent })],
    ['when X answers a list without it', () => [other]],
    ['when X answers nothing', () => undefined],
  ])('%s', async (_, answer) => {
    const emulator = createEmulator()
    const send = compatClient({
      x: {
        async fetch(url, init) {
          if (!url.endsWith('/subtitles')) return emulator.app.request(url, init)
          const { id, media_category, subtitles } = JSON.parse(String(init.body))
          return Response.json({ data: { id, media_category, associated_subtitles: answer(subtitles) } })
        },
      },
    })
    const film = await upload(send, { media_type: 'video/mp4' }, video)
    const file = await upload(send, { media_type: 'text/vtt', media_category: 'subtitles' }, track)
    const subtitles = { id: file, language_code: 'EN', display_name: 'English' }
    const added = await send('POST', '/subtitles', json({ id: film, media_category: 'TweetVideo', subtitles }))
    expect(await added.json()).toEqual({
      data: { id: film, media_category: 'TweetVideo', associated_subtitles: subtitles },
    })
  })
})

describe('subtitles of a video', () => {
  let emulator: Emulator
  let server: RunningServer

  beforeAll(async () => {
    emulator = createEmulator({ processing: { pendingSecs: 0, inProgressSecs: 0 } })
    const x = { fetch: async (url: string, init: RequestInit) => emulator.app.request(url, init) }
    server = await serve(new Hono().route('/media', xMedia(optionsWith({ compat: true, x }))), { port: 0 })
  })
  afterAll(async () => await server.close())

  it('are uploaded, added and removed by X’s official SDK', async () => {
    const { media } = new Client({ baseUrl: `${server.url}/media`, accessToken: 'token-of-the-app' })
    const uploadFile = async (
      mediaType: 'video/mp4' | 'text/vtt',
      mediaCategory: 'tweet_video' | 'subtitles',
      file: Uint8Array,
    ) => {
      const opened = await media.initializeUpload({ mediaType, mediaCategory, totalBytes: file.length })
      const id = opened.data?.id ?? ''
      await media.appendUpload(id, { media: Buffer.from(file).toString('base64'), segmentIndex: 0 })
      await media.finalizeUpload(id)
      return id
    }
    const film = await uploadFile('video/mp4', 'tweet_video', video)
    const file = await uploadFile('text/vtt', 'subtitles', track)
    const subtitles = { id: file, languageCode: 'EN', displayName: 'English' }
    const added = await media.createSubtitles({ id: film, mediaCategory: 'TweetVideo', subtitles })
    expect(added.data).toEqual({ id: film, mediaCategory: 'TweetVideo', associatedSubtitles: subtitles })
    const sent = { id: file, language_code: 'EN', display_name: 'English' }
    expect(await emulator.upload(film)).toMatchObject({ finalized: true, subtitles: [sent] })

    const removal = { id: film, mediaCategory: 'TweetVideo', languageCode: 'EN' }
    expect(await media.deleteSubtitles(removal)).toEqual({ data: { deleted: true } })
    expect(await emulator.upload(film)).toMatchObject({ subtitles: [] })
    expect(emulator.violations()).toEqual([])
  })

  // It cannot remove them: X wants a body in a DELETE, and this client sends none.
  it('are uploaded and added by twitter-api-v2', async () => {
    const { host } = new URL(server.url)
    const { v2 } = new TwitterApi('token-of-the-app', {
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
    const film = await v2.uploadMedia(Buffer.from(video), {
      media_type: EUploadMimeType.Mp4,
      media_category: 'tweet_video',
    })
    // It has no name for the type and the category of subtitles.
    const { data } = await v2.post<{ data: { id: string } }>('media/upload/initialize', {
      media_type: 'text/vtt',
      media_category: 'subtitles',
      total_bytes: track.length,
    })
    const segment = { segment_index: 0, media: Buffer.from(track) }
    await v2.post(`media/upload/${data.id}/append`, segment, { forceBodyMode: 'form-data' })
    await v2.post(`media/upload/${data.id}/finalize`)
    const subtitles = { id: data.id, language_code: 'EN', display_name: 'English' }
    const request = { id: film, media_category: 'TweetVideo', subtitles }
    expect(await v2.post('media/subtitles', request)).toEqual({
      data: { id: film, media_category: 'TweetVideo', associated_subtitles: subtitles },
    })
    expect(await emulator.upload(film)).toMatchObject({ finalized: true, subtitles: [subtitles] })
    expect(emulator.violations()).toEqual([])
  })
})
