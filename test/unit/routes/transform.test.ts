import { createHash } from 'node:crypto'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { createXMedia, XMediaError, type XMediaEvent, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { instanceOf } from '../../../src/instance.ts'
import {
  type MediaRulesOptions,
  mediaRules,
  type TransformedImage,
  type TransformImage,
  X_MEDIA_RULES,
} from '../../../src/media/index.ts'
import { describedMedia, optionsWith, post } from '../../support/app.ts'
import { NOTHING_HELD } from '../../support/counters.ts'
import { sampleFile } from '../../support/media.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'

const MAX_BYTES = 10_000
const TRANSFORM_BYTES = 30_000

const photo = readMediaFixture('photo.jpg')
const heic = readMediaFixture('photo.heic')
const avif = readMediaFixture('picture.avif')
/** What the transforms of these tests make. */
const converted = readMediaFixture('plain.png')
const CONVERTED: TransformedImage = { body: converted, mediaType: 'image/png' }

/** A photo of this size. */
function photoOf(bytes: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(bytes)
  file.set(photo)
  return file
}

const LARGE = photoOf(20_000)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const used: object[] = []
afterEach(async () => {
  for (const options of used.splice(0)) await expect.poll(() => instanceOf(options).counters()).toEqual(NOTHING_HELD)
})

/** An app with a transform, and an emulated X of its own that takes images of up to 10,000 bytes. */
function setUp(transform: TransformImage, rules: MediaRulesOptions = {}, changes: Partial<XMediaOptions> = {}) {
  const emulator = createEmulator({ mediaRules: false })
  const events: XMediaEvent[] = []
  const lines: string[] = []
  const called = vi.fn(transform)
  const options = optionsWith({
    media: mediaRules({ transform: called, transformBytes: TRANSFORM_BYTES, ...rules }),
    onEvent: (event) => events.push(event),
    log: (line) => lines.push(line),
    ...changes,
    x: { fetch: async (url, init) => emulator.app.request(url, init), ...changes.x },
    limits: { categoryBytes: { tweet_image: MAX_BYTES, dm_image: MAX_BYTES, tweet_gif: 15_000 }, ...changes.limits },
  })
  used.push(options)
  const app = describedMedia(options)

  /** Uploads a file, and returns what X has of it, or else the problem. */
  async function upload(body: Uint8Array<ArrayBuffer>, type = 'image/jpeg', query = '') {
    const answer = await app.request(`/${query}`, post(body, { 'content-type': type }))
    return await outcomeOf(answer)
  }

  async function outcomeOf(answer: Response) {
    const json = await answer.json()
    return answer.status === 201 ? await emulator.upload(json.data.id) : json
  }

  return { app, called, emulator, events, lines, options, upload, outcomeOf }
}

const unchanged: TransformImage = () => undefined
const convert: TransformImage = () => CONVERTED

/** What X has of the result. */
const RESULT = { media_type: 'image/png', media_category: 'tweet_image', sha256: sha256(converted), finalized: true }

describe('a transform', () => {
  it('gets an image that is too large for X, with its facts and the request, and X gets the result', async () => {
    const { called, events, upload } = setUp(convert)
    expect(await upload(LARGE)).toMatchObject(RESULT)
    expect(called).toHaveBeenCalledExactlyOnceWith(LARGE, expect.objectContaining({ container: 'jpeg' }), {
      c: expect.objectContaining({ req: expect.anything() }),
      principal: { subject: 'u1' },
      signal: expect.any(AbortSignal),
    })
    expect(events).toMatchObject([
      { type: 'transformed', mediaType: 'image/png', fromBytes: LARGE.length, toBytes: converted.length },
      { type: 'initialized', mediaType: 'image/png', totalBytes: converted.length },
      { type: 'segment', bytes: converted.length },
      { type: 'finalized', bytes: converted.length, facts: { container: 'png' } },
    ])
  })

  it('gets images up to transformBytes; a larger one is refused by its length', async () => {
    const { called, emulator, upload } = setUp(convert)
    expect(await upload(photoOf(TRANSFORM_BYTES))).toMatchObject(RESULT)
    expect(await upload(photoOf(TRANSFORM_BYTES + 1))).toMatchObject({
      ...{ status: 413, code: 'too_large' },
      detail: 'The file has 30,001 bytes; the limit for an image is 30,000 bytes.',
    })
    expect(called).toHaveBeenCalledOnce()
    expect(emulator.requests().counts).toMatchObject({ initialize: 1 })
  })

  it('does not get an image that X takes as it is', async () => {
    const { called, upload } = setUp(convert)
    for (const file of [photo, photoOf(MAX_BYTES)]) expect(await upload(file)).toMatchObject({ sha256: sha256(file) })
    expect(called).not.toHaveBeenCalled()
  })

  it('gets every image with `always`, but nothing else', async () => {
    const { called, upload } = setUp(convert, { transformWhen: 'always' })
    expect(await upload(photo)).toMatchObject(RESULT)
    const video = sampleFile('video/mp4', 40_000)
    for (const type of ['video/mp4', 'application/octet-stream']) {
      expect(await upload(video, type)).toMatchObject({ sha256: sha256(video) })
    }
    expect(called).toHaveBeenCalledOnce()
  })

  it.each([
    ['HEIC', heic, 'image/heic'],
    ['HEIC', heic, 'image/heif-sequence'],
    ['HEIC', heic, 'application/octet-stream'],
    ['HEIC', heic, 'image/jpeg'],
    ['AVIF', avif, 'image/avif'],
  ])('gets %s, sent as %3$s', async (_, file, type) => {
    const { called, upload } = setUp(convert)
    expect(await upload(file, type)).toMatchObject(RESULT)
    expect(called).toHaveBeenCalledOnce()
  })

  it.each<[string, 'refuse' | 'warn', number]>([
    ['breaks a rule', 'refuse', 1],
    ['breaks a rule that only warns', 'warn', 0],
  ])('gets an image that %s: verdict %s', async (_, verdict, calls) => {
    const rule = X_MEDIA_RULES.find(({ name }) => name === 'max_image_side')
    if (!rule) throw new Error('The rule has another name')
    const { called, upload } = setUp(convert, { rules: [{ ...rule, verdict, limit: { max: 1 } }], onViolation: 'warn' })
    expect(await upload(photoOf(MAX_BYTES))).toMatchObject({ finalized: true })
    expect(called).toHaveBeenCalledTimes(calls)
  })

  it('gets a still GIF beyond the limit of images, but not an animation within that of GIFs', async () => {
    const { called, upload } = setUp(convert)
    const gifOf = (name: string) => {
      const file = new Uint8Array(12_000)
      file.set(readMediaFixture(name))
      return file
    }
    expect(await upload(gifOf('still-87a.gif'), 'image/gif')).toMatchObject(RESULT)
    expect(await upload(gifOf('animated.gif'), 'image/gif')).toMatchObject({ media_category: 'tweet_gif' })
    expect(called).toHaveBeenCalledOnce()
  })

  it('does not raise the limits of the server or of a user', async () => {
    const server = setUp(convert, {}, { limits: { uploadBytes: 15_000 } })
    expect(await server.upload(LARGE)).toMatchObject({ status: 413 })
    const user = setUp(convert, {}, { authorize: () => ({ subject: 'u1', limits: { uploadBytes: 15_000 } }) })
    expect(await user.upload(LARGE)).toMatchObject({ status: 413 })
    expect(await user.upload(photoOf(15_000))).toMatchObject(RESULT)
  })

  it.each([-1, 1])('is not called for a body whose length is off by %i', async (difference) => {
    const { app, called, outcomeOf } = setUp(convert)
    const headers = { 'content-type': 'image/jpeg', 'content-length': String(LARGE.length + difference) }
    const answer = await app.request('/', { ...post(LARGE), headers })
    expect(await outcomeOf(answer)).toMatchObject({ code: difference < 0 ? 'body_too_long' : 'body_too_short' })
    expect(called).not.toHaveBeenCalled()
  })

  it('can have its result sent in one call', async () => {
    const { emulator, upload } = setUp(convert, {}, { x: { oneShotBytes: 5_000_000 } })
    expect(await upload(heic, 'image/heic')).toMatchObject({ sha256: sha256(converted) })
    expect(emulator.requests().counts).toMatchObject({ upload: 1, initialize: 0 })
  })
})

describe('the result of a transform', () => {
  const streamOf = (...chunks: Uint8Array[]) => new Blob(chunks.map((chunk) => chunk.slice())).stream()

  it.each<[string, TransformImage]>([
    ['a stream', () => ({ body: streamOf(converted), mediaType: 'image/png' })],
    ['bytes of Node', async () => ({ body: Buffer.from(converted), mediaType: 'image/png' })],
  ])('may be %s', async (_, transform) => {
    const { upload } = setUp(transform)
    expect(await upload(LARGE)).toMatchObject(RESULT)
  })

  it.each<[string, TransformImage, object]>([
    ['nothing, for an image that is too large', unchanged, { status: 413, code: 'too_large' }],
    ['a sentence', () => 'Not this one.', { status: 422, code: 'content_refused', detail: 'Not this one.' }],
    ['of a type that X does not take', () => ({ body: heic, mediaType: 'image/heic' }), { status: 415 }],
    ['another type than it says', () => ({ body: photo, mediaType: 'image/png' }), { code: 'signature_mismatch' }],
    ['too large', () => ({ body: LARGE, mediaType: 'image/jpeg' }), { status: 413, code: 'too_large' }],
    ['a stream that is too large', () => ({ body: streamOf(LARGE), mediaType: 'image/jpeg' }), { status: 413 }],
    [
      'an error of its own',
      () => {
        throw new XMediaError('media_unsupported', 'Too small.')
      },
      { status: 422, code: 'media_unsupported', detail: 'Too small.' },
    ],
  ])('is refused as any upload if it is %s', async (_, transform, problem) => {
    const { emulator, events, lines, upload } = setUp(transform)
    expect(await upload(LARGE)).toMatchObject(problem)
    expect(emulator.requests().counts).toMatchObject({ initialize: 0 })
    expect(events.at(-1)).toMatchObject({ type: 'failed' })
    expect(lines).toEqual([])
  })

  it('must be an image by the rules too', async () => {
    const { upload } = setUp(convert, { requireAltText: 'refuse' })
    expect(await upload(LARGE)).toMatchObject({ code: 'alt_text_missing' })
    expect(await upload(LARGE, 'image/jpeg', '?alt_text=A%20cat')).toMatchObject(RESULT)
  })

  it('leaves a HEIC to the usual refusal if it is nothing', async () => {
    const { upload } = setUp(unchanged)
    expect(await upload(heic, 'image/heic')).toMatchObject({
      ...{ status: 415, code: 'unsupported_media_type' },
      detail: expect.stringMatching(/^This is a HEIC photo; X does not take HEIC\./),
    })
  })

  const failing = (message: string): ReadableStream<Uint8Array> =>
    new ReadableStream({ pull: (controller) => controller.error(new Error(message)) })

  it.each<[string, TransformImage, string]>([
    [
      'throws',
      () => {
        throw new Error('damaged')
      },
      'Error: damaged',
    ],
    ['rejects', () => Promise.reject(new Error('damaged')), 'Error: damaged'],
    ['returns a stream that fails', () => ({ body: failing('torn'), mediaType: 'image/png' }), 'Error: torn'],
    [
      'returns no bytes',
      () => ({ body: new Uint8Array(0), mediaType: 'image/png' }),
      'TypeError: The result has no bytes',
    ],
    ['returns no type', () => Object({ body: converted }), 'TypeError: The result has no mediaType'],
    [
      'returns no body',
      () => Object({ body: 'abc', mediaType: 'image/png' }),
      'TypeError: The body of the result is neither bytes nor a stream',
    ],
    [
      'returns a video',
      () => ({ body: converted, mediaType: 'video/mp4' }),
      'TypeError: The result is video/mp4, not an image',
    ],
  ])(
    'is a failure if it %s: the client gets `transform_failed`, and the log the error',
    async (_, transform, reason) => {
      const { emulator, events, lines, upload } = setUp(transform)
      const problem = await upload(LARGE)
      expect(problem).toMatchObject({ status: 422, code: 'transform_failed' })
      expect(JSON.stringify(problem)).not.toContain(reason)
      expect(lines).toEqual([expect.stringContaining(`hono-x-media: transform threw. Cause: ${reason}. (request `)])
      expect(events).toMatchObject([
        { type: 'transform_failed', reason },
        { type: 'failed', code: 'transform_failed' },
      ])
      expect(emulator.requests().counts).toMatchObject({ initialize: 0 })
    },
  )
})

describe('a transform that never ends', () => {
  /** A promise, or a stream, that ends only with the signal, and what it has ended with. */
  function hanging(kind: 'promise' | 'stream') {
    const { promise: started, resolve: onStart } = Promise.withResolvers<void>()
    const reasons: unknown[] = []
    const transform: TransformImage = (_input, _facts, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      onStart()
      if (kind === 'promise') return new Promise(() => {})
      return { body: new ReadableStream({ cancel: (reason) => void reasons.push(reason) }), mediaType: 'image/png' }
    }
    return { transform, started, reasons }
  }

  it.each(['promise', 'stream'] as const)('ends at the deadline: a %s', async (kind) => {
    const { transform, reasons } = hanging(kind)
    const { events, lines, upload } = setUp(transform, {}, { limits: { deadlineMs: 50 } })
    expect(await upload(LARGE)).toMatchObject({ status: 504, code: 'deadline_exceeded' })
    const deadline = expect.objectContaining({ code: 'deadline_exceeded' })
    expect(reasons).toEqual(kind === 'promise' ? [deadline] : [deadline, deadline])
    expect(events).toMatchObject([{ type: 'failed', code: 'deadline_exceeded' }])
    expect(lines).toEqual([])
  })

  it.each(['promise', 'stream'] as const)('ends with its client, and gives its memory back: a %s', async (kind) => {
    const { transform, started, reasons } = hanging(kind)
    const { app, events, lines, options } = setUp(transform)
    const controller = new AbortController()
    const answer = app.request('/', { ...post(LARGE, { 'content-type': 'image/jpeg' }), signal: controller.signal })
    await started
    expect(instanceOf(options).counters().memoryBytes).toBeGreaterThan(LARGE.length)
    controller.abort()
    expect(await (await answer).json()).toMatchObject({ code: 'client_closed' })
    expect(reasons).toContainEqual(expect.objectContaining({ code: 'client_closed' }))
    expect(events).toMatchObject([{ type: 'aborted' }])
    expect(lines).toEqual([])
  })
})

describe('the memory of a transform', () => {
  const MIB = 1024 * 1024

  it('counts the image and the result, and then the result alone', async () => {
    const counted: number[] = []
    const memoryBytes = () => instanceOf(options).counters().memoryBytes
    const transform: TransformImage = () => {
      counted.push(memoryBytes())
      return { body: sampleFile('image/png', 4 * MIB), mediaType: 'image/png' }
    }
    const fetch = async () => {
      counted.push(memoryBytes())
      return new Response(null, { status: 403 })
    }
    const limits = { categoryBytes: { tweet_image: 5 * MIB } }
    const { options, upload } = setUp(transform, { transformBytes: 25 * MIB }, { limits, x: { fetch } })
    expect(await upload(photoOf(20 * MIB))).toMatchObject({ code: 'x_forbidden' })
    const [whileTransforming = 0, atInit = 0] = counted
    expect(whileTransforming).toBeGreaterThanOrEqual(20 * MIB)
    expect(atInit).toBeGreaterThanOrEqual(4 * MIB)
    expect(atInit).toBeLessThan(20 * MIB)
  })

  it('is refused to an image that takes more than half of `limits.memoryBytes`', async () => {
    const limits = { memoryBytes: 48 * MIB }
    const { called, upload } = setUp(convert, { transformBytes: 25 * MIB }, { limits })
    expect(await upload(photoOf(25 * MIB))).toMatchObject({ status: 503, code: 'overloaded' })
    expect(called).not.toHaveBeenCalled()
  })
})

describe('an image in a form', () => {
  /** A form with these parts, of known length unless its segments are smaller than the file. */
  async function formOf(parts: readonly [string, string | File][], isSized = true): Promise<RequestInit> {
    const fields = new FormData()
    for (const [name, value] of parts) fields.append(name, value)
    const whole = new Response(fields)
    const type = whole.headers.get('content-type') ?? ''
    const body = await whole.arrayBuffer()
    const length = isSized ? { 'content-length': String(body.byteLength) } : undefined
    return { method: 'POST', body, headers: { 'content-type': type, ...length } }
  }

  const fileOf = (bytes: Uint8Array<ArrayBuffer>, type: string): File => new File([bytes], 'photo', { type })
  const large: [string, File] = ['media', fileOf(LARGE, 'image/jpeg')]
  const altText: [string, string] = ['alt_text', 'A cat']

  it.each<[string, boolean, number]>([
    ['of inferred length', true, 4096],
    ['of one segment', true, 5_000_000],
    ['of unknown length', false, 4096],
  ])('goes to the transform, and its fields count: %s', async (_, isSized, segmentBytes) => {
    const { app, called, outcomeOf } = setUp(convert, {}, { x: { segmentBytes } })
    const category: [string, string] = ['media_category', 'dm_image']
    const answer = await app.request('/', await formOf([category, altText, large], isSized))
    expect(await outcomeOf(answer)).toMatchObject({ ...RESULT, media_category: 'dm_image', alt_text: 'A cat' })
    expect(called).toHaveBeenCalledOnce()
  })

  it('goes to the transform as HEIC too, and by its fields', async () => {
    const { app, outcomeOf } = setUp(convert)
    for (const parts of [
      [['media', fileOf(heic, 'image/heic')]],
      [
        ['media_type', 'image/heic'],
        ['media', fileOf(heic, '')],
      ],
    ] satisfies [string, string | File][][]) {
      expect(await outcomeOf(await app.request('/', await formOf(parts)))).toMatchObject(RESULT)
    }
  })

  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['is transformed', LARGE, sha256(converted)],
    ['stays as it is', photo, sha256(photo)],
  ])('may have its fields after it, if it %s', async (_, file, sha) => {
    const after: [string, string][] = [altText, ['media_category', 'dm_image'], ['additional_owners', '12,34']]
    for (const oneShotBytes of [0, 5_000_000]) {
      const allow = { additionalOwners: true }
      const { app, outcomeOf } = setUp(convert, {}, { allow, x: { oneShotBytes } })
      const answer = await app.request('/', await formOf([['media', fileOf(file, 'image/jpeg')], ...after]))
      expect(await outcomeOf(answer)).toMatchObject({
        ...{ sha256: sha, media_category: 'dm_image', alt_text: 'A cat', additional_owners: ['12', '34'] },
      })
    }
  })

  it('is not transformed if it has no length and more bytes than `transformBytes`', async () => {
    const { app, called, outcomeOf } = setUp(convert, {}, { x: { segmentBytes: 8192 } })
    const file = fileOf(photoOf(TRANSFORM_BYTES + 1), 'image/jpeg')
    const answer = await app.request('/', await formOf([['media', file]], false))
    expect(await outcomeOf(answer)).toMatchObject({ status: 411, code: 'length_required' })
    expect(called).not.toHaveBeenCalled()
  })
})

describe('other ways in', () => {
  it('createXMedia transforms images, without a request', async () => {
    const emulator = createEmulator({ mediaRules: false })
    const transform = vi.fn(convert)
    const client = createXMedia({
      token: 'server-held-token',
      media: mediaRules({ transform, transformBytes: TRANSFORM_BYTES }),
      x: { fetch: async (url, init) => emulator.app.request(url, init) },
      limits: { categoryBytes: { tweet_image: MAX_BYTES } },
    })
    for (const upload of [
      { source: LARGE, mediaType: 'image/jpeg' },
      { source: new Blob([heic], { type: 'image/heic' }) },
      { source: new Blob([LARGE]).stream(), mediaType: 'image/jpeg', totalBytes: LARGE.length },
    ]) {
      const { data, facts } = await client.upload(upload)
      expect(facts).toMatchObject({ container: 'png' })
      expect(await emulator.upload(data.id)).toMatchObject(RESULT)
    }
    const context = { c: undefined, principal: undefined, signal: expect.any(AbortSignal) }
    expect(transform).toHaveBeenCalledWith(LARGE, expect.objectContaining({ container: 'jpeg' }), context)
    await expect(
      client.upload({ source: photoOf(TRANSFORM_BYTES + 1), mediaType: 'image/jpeg' }),
    ).rejects.toMatchObject({
      code: 'too_large',
    })
  })

  it('images in chunks stay as they are', async () => {
    const { app, called } = setUp(convert)
    const create = (length: number, type: string) =>
      app.request('/files', {
        method: 'POST',
        headers: {
          ...{ 'tus-resumable': '1.0.0', 'upload-length': String(length) },
          'upload-metadata': `filetype ${btoa(type)}`,
        },
      })
    expect((await create(LARGE.length, 'image/jpeg')).status).toBe(413)
    expect((await create(heic.length, 'image/heic')).status).toBe(415)
    expect(called).not.toHaveBeenCalled()
  })

  it('images over X’s own API stay as they are', async () => {
    const { called, options } = setUp(convert, { transformWhen: 'always' }, { compat: true })
    const fields = new FormData()
    fields.append('media_category', 'tweet_image')
    fields.append('media', new File([photo], 'photo.jpg', { type: 'image/jpeg' }))
    expect((await xMedia(options).request('/2/media/upload', { method: 'POST', body: fields })).status).toBe(200)
    expect(called).not.toHaveBeenCalled()
  })
})

it('a transform is typed by the environment of the app', () => {
  type AppEnv = { Bindings: { IMAGES: string } }
  const options: Pick<XMediaOptions<AppEnv>, 'media'> = {
    media: mediaRules({
      transform(_input, _facts, { c }) {
        expectTypeOf(c?.env.IMAGES).toEqualTypeOf<string | undefined>()
        return undefined
      },
    }),
  }
  expect(options.media?.transformFor).toBeTypeOf('function')
})
