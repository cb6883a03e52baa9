import { expect, it } from 'vitest'
import type { XMediaEvent } from '../../../src/index.ts'
import { emulator } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { commentedGif, readMediaFixture } from '../../support/media-fixtures.ts'
import { appWith, CHUNK, create, head } from '../../support/resumable.ts'

/** `Upload-Metadata` with this media type; undefined for none. */
const metadata = (type: string | undefined) =>
  `filename ${btoa('a')}${type === undefined ? '' : `,filetype ${btoa(type)}`}`

type App = ReturnType<typeof appWith>

async function createFor(app: App, file: Uint8Array, type: string | undefined): Promise<string> {
  return await create(app, { 'upload-length': String(file.length), 'upload-metadata': metadata(type) })
}

async function send(app: App, path: string, file: Uint8Array<ArrayBuffer>, from = 0, to = file.length) {
  const headers = { ...CHUNK, 'upload-offset': String(from), 'content-length': String(to - from) }
  return await app.request(path, { method: 'PATCH', body: file.slice(from, to), headers })
}

it.each([
  ['no type', undefined, 'clip.mp4', 'video/mp4', 'tweet_video'],
  ['an empty type', '', 'photo.jpg', 'image/jpeg', 'tweet_image'],
  ['application/octet-stream', 'application/octet-stream', 'captions.vtt', 'text/vtt', 'subtitles'],
  ['another name for its type', 'image/x-png', 'screenshot.png', 'image/png', 'tweet_image'],
  ['a recorder’s type with codecs', 'video/webm;codecs=vp9,opus', 'recording.webm', 'video/webm', 'tweet_video'],
  ['the type of a still GIF', 'image/gif', 'still-ffmpeg.gif', 'image/gif', 'tweet_image'],
])('accepts a file that was declared with %s', async (_, type, name, mediaType, category) => {
  const events: XMediaEvent[] = []
  const app = appWith({ onEvent: (event) => events.push(event) })
  const file = readMediaFixture(name)
  const response = await send(app, await createFor(app, file, type), file)
  expect(response.status, await response.clone().text()).toBe(204)
  const declaredType = type?.split(';')[0] ?? ''
  expect(events[0]).toMatchObject({ type: 'initialized', mediaType, declaredType, category })
  expect(await emulator.upload(response.headers.get('x-media-id') ?? '')).toMatchObject({
    ...{ media_type: mediaType, media_category: category, finalized: true },
  })
})

it('decides by the first chunk, and remembers it for the chunks after it', async () => {
  const app = appWith()
  const file = sampleFile('video/webm', 12_000)
  const path = await createFor(app, file, undefined)
  expect((await send(app, path, file, 0, 5000)).status).toBe(204)
  const response = await send(app, path, file, 5000)
  expect(response.status, await response.clone().text()).toBe(204)
  expect(await emulator.upload(response.headers.get('x-media-id') ?? '')).toMatchObject({
    ...{ media_type: 'video/webm', media_category: 'tweet_video', finalized: true },
  })
})

it('waits for a GIF’s first segment to see whether it is animated', async () => {
  const app = appWith({ x: { segmentBytes: 20_000 } })
  for (const [name, category] of [
    ['still-ffmpeg.gif', 'tweet_image'],
    ['animated.gif', 'tweet_gif'],
  ] as const) {
    const gif = commentedGif(name, 10_000)
    const response = await send(app, await createFor(app, gif, 'image/gif'), gif)
    expect(response.status, await response.clone().text()).toBe(204)
    expect(await emulator.upload(response.headers.get('x-media-id') ?? '')).toMatchObject({ media_category: category })
  }
})

it('refuses a HEIC photo with advice: by its declared type at creation, otherwise by its first bytes', async () => {
  const app = appWith()
  const photo = readMediaFixture('photo.heic')
  const uploads = emulator.uploads().length
  const headers = { ...CHUNK, 'upload-length': String(photo.length), 'upload-metadata': metadata('image/heic') }
  const refusals = [await app.request('/media/files', { method: 'POST', headers })]
  for (const type of ['image/jpeg', 'application/octet-stream']) {
    refusals.push(await send(app, await createFor(app, photo, type), photo))
  }
  for (const response of refusals) {
    expect(await response.json()).toMatchObject({ status: 415, detail: expect.stringMatching(/HEIC.*JPEG/) })
  }
  expect(emulator.uploads()).toHaveLength(uploads)
})

it('refuses a file that is too large for what it turns out to be, and keeps what it may still become', async () => {
  const app = appWith({ limits: { categoryBytes: { tweet_image: 8000 } } })
  const image = sampleFile('image/png', 9000)
  const path = await createFor(app, image, undefined)
  expect(await (await send(app, path, image)).json()).toMatchObject({ status: 413, code: 'too_large' })
  expect((await head(app, path)).headers.get('upload-offset')).toBe('0')
  const video = sampleFile('video/mp4', 9000)
  expect((await send(app, path, video)).status).toBe(204)
})
