import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import {
  type InspectedFile,
  type UploadAnswer,
  type XMediaEvent,
  type XMediaOptions,
  xMedia,
  xMediaUpload,
} from '../../../src/index.ts'
import { type MediaFacts, type MediaRulesOptions, mediaRules } from '../../../src/media/index.ts'
import { describedMedia, optionsWith, post } from '../../support/app.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'
import { movieWith } from '../../support/movies.ts'
import { readVideoFixture } from '../../support/video-fixtures.ts'

const jpeg = readMediaFixture('photo.jpg')
const movie = movieWith('long.mp4', 'last')
const IMAGE = { 'content-type': 'image/jpeg' }
const VIDEO = { 'content-type': 'video/mp4' }

/** An app with rules, and an emulated X of its own. */
function setUp(rules: MediaRulesOptions, changes: Partial<XMediaOptions> = {}) {
  const emulator = createEmulator()
  const events: XMediaEvent[] = []
  const options = optionsWith({
    media: mediaRules(rules),
    onEvent: (event) => events.push(event),
    ...changes,
    x: { segmentBytes: 8000, fetch: async (url, init) => emulator.app.request(url, init), ...changes.x },
  })
  return { app: describedMedia(options), options, events, emulator, counts: () => emulator.requests().counts }
}

/** A form of known length with these parts. */
async function formOf(...parts: readonly [name: string, value: string | File][]): Promise<RequestInit> {
  const fields = new FormData()
  for (const [name, value] of parts) fields.append(name, value)
  const whole = new Response(fields)
  const body = await whole.arrayBuffer()
  const type = whole.headers.get('content-type') ?? ''
  return { method: 'POST', body, headers: { 'content-type': type, 'content-length': String(body.byteLength) } }
}

const fileOf = (bytes: Uint8Array<ArrayBuffer>, type: string): File => new File([bytes], 'file', { type })
/** An image of several segments. */
const largeImage = (() => {
  const bytes = new Uint8Array(20_000)
  bytes.set(jpeg)
  return bytes
})()

describe('facts', () => {
  it('are in the answer to PUT too, and not in the status', async () => {
    const { app } = setUp({})
    const answer = await app.request('/', { ...post(jpeg, IMAGE), method: 'PUT' })
    expect(await answer.json()).toEqual({
      data: expect.objectContaining({ size: jpeg.length }),
      facts: expect.objectContaining({ container: 'jpeg', known: 'head' }),
    })
    const status = await app.request(answer.headers.get('location') ?? '', {})
    expect(Object.keys(await status.json())).toEqual(['data'])
  })

  it('are known before INIT of a form that ends within the first segment', async () => {
    const { app, counts } = setUp({})
    const file = readVideoFixture('chroma-444.mp4')
    const answer = await app.request('/', await formOf(['media', fileOf(file, 'video/mp4')]))
    expect(await answer.json()).toMatchObject({ code: 'media_unsupported' })
    expect(counts()).toMatchObject({ initialize: 0 })
  })

  it('are known before the call of an image that goes in one call', async () => {
    const { app, counts } = setUp({ requireAltText: 'warn' }, { x: { oneShotBytes: 5_000_000 } })
    const answer = await app.request('/', post(jpeg, IMAGE))
    expect(await answer.json()).toMatchObject({
      facts: { container: 'jpeg' },
      warnings: [{ rule: 'alt_text_missing', actual: 0, limit: 1 }],
    })
    expect(counts()).toMatchObject({ upload: 1, initialize: 0 })
  })

  it('are what the handlers of the app get', async () => {
    const { options } = setUp({})
    const app = new Hono().post('/posts', xMediaUpload(options), (c) => {
      expectTypeOf(c.var.xMedia.facts).toEqualTypeOf<MediaFacts | undefined>()
      const { id: _, ticket: _ticket, ...media } = c.var.xMedia
      return c.json(media)
    })
    const answer = await app.request('/posts', post(movie, VIDEO))
    expect(await answer.json()).toMatchObject({
      facts: { durationSecs: 1260 },
      warnings: expect.arrayContaining([expect.objectContaining({ rule: 'post_duration' })]),
    })
  })

  it.each<[string, Uint8Array<ArrayBuffer>, Partial<MediaFacts>]>([
    ['that the first segment has', movieWith('long.mp4', 'first'), { durationSecs: 1260, known: 'first-segment' }],
    ['that the head has', largeImage, { container: 'jpeg', known: 'head' }],
    ['and not those that come later', movie, { container: 'mp4', known: 'head' }],
  ])('are what `inspect` gets: those %s', async (_, file, facts) => {
    const inspected: InspectedFile[] = []
    const { app } = setUp(
      { rules: [] },
      {
        inspect(_head, found) {
          inspected.push(found)
          return undefined
        },
      },
    )
    const type = file === largeImage ? IMAGE : VIDEO
    expect((await app.request('/', post(file, type))).status).toBe(201)
    expect(inspected).toMatchObject([{ facts }])
    if (file === movie) expect(inspected[0]?.facts).not.toHaveProperty('durationSecs')
  })

  it('are unknown of a file that contradicts itself, which is uploaded all the same', async () => {
    const { app, events } = setUp({})
    const file = movieWith('chroma-444.mp4', 'last')
    file.fill(0xff, Buffer.from(file).indexOf('moov') + 4, Buffer.from(file).indexOf('moov') + 8)
    const answer = await app.request('/', post(file, VIDEO))
    expect(answer.status).toBe(201)
    const { data, facts }: UploadAnswer = await answer.json()
    expect(facts).toEqual({ container: 'mp4', known: 'end' })
    expect(events.filter(({ type }) => type === 'facts_unknown')).toEqual([
      {
        ...{ at: expect.any(Number), requestId: answer.headers.get('x-request-id'), subject: 'u1' },
        ...{ type: 'facts_unknown', mediaId: data.id, reason: expect.stringMatching(/./) },
      },
    ])
  })
})

describe('the account', () => {
  it.each<[string, 'ordinary' | 'premium', number]>([
    ['of a principal without Premium refuses a long video', 'ordinary', 422],
    ['of a principal with Premium takes it', 'premium', 201],
  ])('%s', async (_, account, status) => {
    const { app } = setUp({}, { authorize: () => ({ subject: 'u1', account }) })
    expect((await app.request('/', post(movieWith('long.mp4', 'first'), VIDEO))).status).toBe(status)
  })
})

describe('requireAltText', () => {
  const refuse: MediaRulesOptions = { requireAltText: 'refuse' }

  it('refuses a raw body before INIT', async () => {
    const { app, counts } = setUp(refuse)
    const answer = await app.request('/', post(largeImage, IMAGE))
    expect(await answer.json()).toMatchObject({ status: 400, code: 'alt_text_missing' })
    expect(counts()).toMatchObject({ initialize: 0 })
    expect((await app.request('/?alt_text=A%20cat', post(largeImage, IMAGE))).status).toBe(201)
  })

  const before: [string, string] = ['total_bytes', String(largeImage.length)]
  const large: [string, File] = ['media', fileOf(largeImage, 'image/jpeg')]
  const small: [string, File] = ['media', fileOf(jpeg, 'image/jpeg')]
  const altText: [string, string] = ['alt_text', 'A cat']

  it.each<[string, [string, string | File][]]>([
    ['before a large file', [altText, large]],
    ['after a large file', [before, large, altText]],
    ['before a small file', [altText, small]],
    ['after a small file', [small, altText]],
  ])('takes a form with alternative text %s', async (_, parts) => {
    const { app, emulator } = setUp(refuse)
    const answer = await app.request('/', await formOf(...parts))
    expect(answer.status, await answer.clone().text()).toBe(201)
    const { data }: UploadAnswer = await answer.json()
    expect(await emulator.upload(data.id)).toMatchObject({ alt_text: 'A cat' })
  })

  it.each<[string, number, [string, string | File][]]>([
    ['before INIT if it is small', 0, [small]],
    ['before FINALIZE if it is large, as the text may follow', 1, [before, large]],
  ])('refuses a form without it %s', async (_, initialize, parts) => {
    const { app, counts } = setUp(refuse)
    const answer = await app.request('/', await formOf(...parts))
    expect(await answer.json()).toMatchObject({ status: 400, code: 'alt_text_missing' })
    expect(counts()).toMatchObject({ initialize, finalize: 0 })
  })
})

describe('beforeFinalize', () => {
  it.each([0, 5_000_000])(
    'gets the hash of the whole file, and refuses it, with oneShotBytes %i',
    async (oneShotBytes) => {
      const beforeFinalize = vi.fn<NonNullable<MediaRulesOptions['beforeFinalize']>>(() => 'Not here.')
      const { app, counts } = setUp({ beforeFinalize }, { x: { oneShotBytes } })
      const answer = await app.request('/', post(largeImage, IMAGE))
      expect(await answer.json()).toMatchObject({ status: 422, code: 'content_refused', detail: 'Not here.' })
      const sha256 = createHash('sha256').update(largeImage).digest('hex')
      expect(beforeFinalize).toHaveBeenCalledExactlyOnceWith({
        ...{ sha256, totalBytes: largeImage.length, category: 'tweet_image' },
        facts: expect.objectContaining({ container: 'jpeg' }),
      })
      expect(counts()).toMatchObject({ finalize: 0, upload: 0 })
    },
  )

  it('ends with its client', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const controller = new AbortController()
    const beforeFinalize = () => {
      controller.abort()
      return promise
    }
    const { app, counts, events } = setUp({ beforeFinalize })
    const answer = await app.request('/', { ...post(largeImage, IMAGE), signal: controller.signal })
    expect(await answer.json()).toMatchObject({ code: 'client_closed' })
    resolve(undefined)
    expect(counts()).toMatchObject({ initialize: 1, finalize: 0 })
    expect(events.at(-1)).toMatchObject({ type: 'aborted' })
  })
})

it('the option takes what mediaRules returns, and nothing else', () => {
  expect(() => xMedia(optionsWith({ media: Object({ account: 'premium' }) }))).toThrow(
    new TypeError('These options do not work:\n- media must come from mediaRules()'),
  )
})
