import { Hono } from 'hono'
import { hc } from 'hono/client'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Problem,
  type UploadAnswer,
  type UploadedItem,
  type XMediaAnswer,
  type XMediaApp,
  type XMediaErrorCode,
  xMedia,
} from '../../src/index.ts'
import { base, emulator, png } from '../support/app.ts'
import { sampleFile } from '../support/media.ts'

const app = new Hono().route('/media', xMedia(base))
/** Sends requests to the app without a socket. */
const options = { fetch: async (url: RequestInfo | URL, init?: RequestInit) => app.request(new Request(url, init)) }
const headers = (type: string, { length }: Uint8Array) => ({ 'content-type': type, 'content-length': String(length) })

describe('a client typed by hc', () => {
  it('uploads a file, and gets the media', async () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    const answer = await client.index.$post(
      { query: { alt_text: 'A cat' } },
      { init: { body: png, headers: headers('image/png', png) } },
    )
    if (answer.status !== 201) throw new Error(await answer.text())
    const uploaded = await answer.json()
    expectTypeOf(uploaded).toEqualTypeOf<UploadAnswer | { data: UploadedItem[] }>()
    const { data } = uploaded
    if (Array.isArray(data)) throw new Error('several media')
    expectTypeOf(data).toEqualTypeOf<XMediaAnswer['data']>()
    expect(await emulator.upload(data.id)).toMatchObject({ alt_text: 'A cat', size: png.length })
  })

  it('gets the status of a media from an app that mounts the routes', async () => {
    const client = hc<typeof app>('http://app.example', options)
    const gif = sampleFile('image/gif', 5000)
    const uploaded = await client.media.$post({}, { init: { body: gif, headers: headers('image/gif', gif) } })
    const ticket =
      new URL(uploaded.headers.get('location') ?? '', 'http://app.example').searchParams.get('ticket') ?? ''
    if (uploaded.status !== 201) throw new Error(await uploaded.text())
    const { data } = await uploaded.json()
    if (Array.isArray(data)) throw new Error('several media')
    const answer = await client.media.status[':media_id'].$get({ param: { media_id: data.id }, query: { ticket } })
    if (answer.status !== 200) throw new Error(await answer.text())
    const status = await answer.json()
    expectTypeOf(status).toEqualTypeOf<XMediaAnswer>()
    expect(status.data.processing_info).toMatchObject({ state: 'pending' })
  })

  it('changes the alternative text, and adds subtitles', async () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    const file = sampleFile('video/mp4', 5000)
    const uploaded = await client.index.$post({}, { init: { body: file, headers: headers('video/mp4', file) } })
    if (uploaded.status !== 201) throw new Error(await uploaded.text())
    const video = (await uploaded.json()).data
    if (Array.isArray(video)) throw new Error('several media')
    const { id } = video
    const ticket = (uploaded.headers.get('location') ?? '').split('ticket=')[1] ?? ''
    const media = client.status[':media_id']
    const named = { param: { media_id: id }, query: { ticket } }
    expect((await media['alt-text'].$put(named, { init: { body: 'A cat' } })).status).toBe(204)
    const track = new File([sampleFile('text/vtt', 200)], 'film.vtt', { type: 'text/vtt' })
    const query = { ticket, language_code: 'EN' }
    const added = await media.subtitles.$put({ ...named, query, form: { media: track } })
    if (added.status !== 200) throw new Error(await added.text())
    const { data } = await added.json()
    expectTypeOf(data).toEqualTypeOf<{ id: string; language_code: string; display_name?: string }>()
    expect(await emulator.upload(id)).toMatchObject({ alt_text: 'A cat', subtitles: [data] })
  })

  it('gets problems with a typed code', async () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    const answer = await client.index.$post({ query: { media_type: 'image/heic' } }, { init: { body: png } })
    if (answer.status === 201 || answer.status === 207) throw new Error('the upload was accepted')
    const problem = await answer.json()
    expectTypeOf(problem).toEqualTypeOf<Problem>()
    expectTypeOf(problem.code).toEqualTypeOf<XMediaErrorCode>()
    expect(problem.code).toBe('unsupported_media_type')
  })

  it('sends a file and its parameters as a form', async () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    const media = new File([png], 'cat.png', { type: 'image/png' })
    const answer = await client.index.$post({ form: { alt_text: 'A cat', media } })
    if (answer.status !== 201) throw new Error(await answer.text())
    const { data } = await answer.json()
    if (Array.isArray(data)) throw new Error('several media')
    expect(await emulator.upload(data.id)).toMatchObject({ alt_text: 'A cat', size: png.length })
  })

  it('sends several files as a form, and gets a media or a problem for each', async () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    const cat = new File([png], 'cat.png', { type: 'image/png' })
    const text = new File(['not a picture'], 'cat.txt', { type: 'image/png' })
    const answer = await client.index.$post({ form: { alt_text: ['A cat', 'Another'], media: [cat, text] } })
    if (answer.status !== 207) throw new Error(await answer.text())
    const { data } = await answer.json()
    expectTypeOf(data).toEqualTypeOf<(UploadedItem | Problem)[]>()
    expect(data).toMatchObject([{ id: expect.any(String) }, { code: 'signature_mismatch' }])
    const [first] = data
    if (first === undefined || !('id' in first)) throw new Error('no media')
    expect(await emulator.upload(first.id)).toMatchObject({ alt_text: 'A cat', size: png.length })
  })

  it('refuses requests that the routes do not have', () => {
    const client = hc<XMediaApp>('http://app.example/media', options)
    type Post = NonNullable<Parameters<typeof client.index.$post>[0]>
    type Get = Parameters<(typeof client.status)[':media_id']['$get']>[0]
    expectTypeOf({ query: { media_category: 'tweet_gif', shared: 'true' } } as const).toExtend<Post>()
    expectTypeOf({ query: { media_category: 'tweet' } } as const).not.toExtend<Post>()
    expectTypeOf({ query: { alt_text: 1 } }).not.toExtend<Post>()
    expectTypeOf({ query: {} }).not.toExtend<Get>()
    expectTypeOf(client).not.toHaveProperty('files')
  })
})
