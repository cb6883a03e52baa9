import { describe, expect, it } from 'vitest'
import type { XMediaEvent } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { commentedGif, readMediaFixture } from '../../support/media-fixtures.ts'

const UNKNOWN = { 'content-type': 'application/octet-stream' }
const GIF = { 'content-type': 'image/gif' }

/** The id of the media that a response describes. */
async function idOf(response: Response): Promise<string> {
  expect(response.status, await response.clone().text()).toBe(201)
  const { data }: { data: { id: string } } = await response.json()
  return data.id
}

describe('a file of a type that says little', () => {
  it('is reported as it was declared, and as what it is', async () => {
    const events: XMediaEvent[] = []
    const app = describedMedia(optionsWith({ onEvent: (event) => events.push(event) }))
    const id = await idOf(await app.request('/', post(readMediaFixture('clip.mov'), UNKNOWN)))
    expect(events[0]).toMatchObject({
      ...{ type: 'initialized', mediaId: id, declaredType: 'application/octet-stream' },
      ...{ mediaType: 'video/quicktime', category: 'tweet_video' },
    })
    expect(await emulator.upload(id)).toMatchObject({ media_type: 'video/quicktime', finalized: true })
  })

  it('is refused from the headers alone if it is too large for every category, else for the one it has', async () => {
    const app = describedMedia(optionsWith({ limits: { categoryBytes: { tweet_image: 4999, tweet_video: 6000 } } }))
    const headers = { ...UNKNOWN, 'content-length': '20000000' }
    const endless = { method: 'POST', headers, body: new ReadableStream<Uint8Array>(), duplex: 'half' }
    expect(await codeOf(app.request('/', endless))).toEqual([413, 'too_large'])
    const uploads = emulator.uploads().length
    expect(await codeOf(app.request('/', post(sampleFile('image/png', 5000), UNKNOWN)))).toEqual([413, 'too_large'])
    expect(emulator.uploads()).toHaveLength(uploads)
    expect((await app.request('/', post(sampleFile('video/mp4', 5000), UNKNOWN))).status).toBe(201)
  })
})

describe('a GIF whose head does not tell whether it is animated', () => {
  it.each([
    ['still-ffmpeg.gif', 'image/gif', 'tweet_image'],
    ['still-ffmpeg.gif', 'application/octet-stream', 'tweet_image'],
    ['animated.gif', 'image/gif', 'tweet_gif'],
  ])('is sent as what its first segment shows: %s as %s', async (name, type, category) => {
    const heads: number[] = []
    const app = describedMedia(
      optionsWith({
        inspect(head, file) {
          heads.push(head.length)
          return file.category === category ? undefined : `The category is ${file.category}.`
        },
      }),
    )
    const gif = commentedGif(name, 10_000)
    const id = await idOf(await app.request('/', post(gif, { 'content-type': type })))
    expect(await emulator.upload(id)).toMatchObject({ media_type: 'image/gif', media_category: category })
    expect(heads).toEqual([4100])
  })

  it('is taken for animated if the first segment does not show it either', async () => {
    const app = describedMedia(optionsWith({ x: { segmentBytes: 5000 } }))
    const id = await idOf(await app.request('/', post(commentedGif('still-ffmpeg.gif', 10_000), GIF)))
    expect(await emulator.upload(id)).toMatchObject({ media_category: 'tweet_gif', finalized: true })
  })

  it('is refused as a dm_image if the first segment shows an animation', async () => {
    const uploads = emulator.uploads().length
    const response = await describedMedia(optionsWith({})).request(
      '/?media_category=dm_image',
      post(commentedGif('animated.gif', 10_000), GIF),
    )
    expect(await response.json()).toMatchObject({
      ...{ status: 400, code: 'category_mismatch' },
      detail: 'The GIF is animated, so it cannot be a dm_image: use dm_gif.',
    })
    expect(emulator.uploads()).toHaveLength(uploads)
  })
})

it('refuses a form without a boundary with a sentence about fetch', async () => {
  const form = post(new Uint8Array(10), { 'content-type': 'multipart/form-data' })
  const response = await describedMedia(optionsWith({})).request('/', form)
  expect(await response.json()).toMatchObject({
    ...{ status: 400, code: 'malformed_multipart' },
    detail: expect.stringContaining('Do not set Content-Type yourself: `fetch` adds'),
  })
})
