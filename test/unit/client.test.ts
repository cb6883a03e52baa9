import { describe, expect, it } from 'vitest'
import { createEmulator, type FaultPlan } from '../../src/emulator/index.ts'
import type { XMediaClientOptions } from '../../src/index.ts'
import { sampleFile } from '../support/media.ts'
import { readMediaFixture } from '../support/media-fixtures.ts'
import { ownUploads } from '../support/own-uploads.ts'
import { randomVideo } from '../support/random-video.ts'

const setUp = (plan: FaultPlan = {}, options: Partial<XMediaClientOptions> = {}) =>
  ownUploads(options, createEmulator(), plan)

const bytes = randomVideo(40)
const video = { source: bytes, mediaType: 'video/mp4' } as const
const image = { source: sampleFile('image/png', 40), mediaType: 'image/png' } as const

async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', data)).toString('hex')
}

describe.each(['resource', 'command'] as const)('a client in the %s dialect', (dialect) => {
  it.each<[string, FaultPlan]>([
    ['a burst of 503s at INIT', { faults: [{ step: 'initialize', kind: 'error', times: 3 }] }],
    [
      'a string error at the first APPEND',
      { faults: [{ step: 'append', at: 'first', kind: 'error', body: 'strings' }] },
    ],
    ['an HTML error in the middle', { faults: [{ step: 'append', at: 'middle', kind: 'error', body: 'html' }] }],
    ['a reset before a segment is stored', { faults: [{ step: 'append', at: 'last', kind: 'reset' }] }],
    [
      'a reset after a segment was stored',
      { faults: [{ step: 'append', at: 'middle', kind: 'reset', when: 'after' }] },
    ],
    ['a hung APPEND', { faults: [{ step: 'append', at: 'middle', kind: 'hang' }] }],
    [
      'an empty 200 at every APPEND',
      { faults: [{ step: 'append', kind: 'success', status: 200, body: 'empty', times: 0 }] },
    ],
    ['a 204 at FINALIZE', { faults: [{ step: 'finalize', kind: 'success', status: 204, body: 'empty' }] }],
    ['a 201 at FINALIZE', { faults: [{ step: 'finalize', kind: 'success', status: 201 }] }],
    [
      'a FINALIZE that was carried out and not answered',
      { faults: [{ step: 'finalize', kind: 'reset', when: 'after' }] },
    ],
    [
      'a rate limit that ends soon',
      { faults: [{ step: 'append', kind: 'error', status: 429, limit: 'retry_after', waitSecs: 0 }] },
    ],
  ])('survives %s without a wrong byte', async (_, plan) => {
    const { emulator, client } = setUp(plan, { x: { dialect, segmentBytes: 8 } })
    const { data } = await client.upload(video)
    expect(await emulator.upload(data.id)).toMatchObject({ finalized: true, sha256: await sha256(bytes) })
    expect(emulator.violations()).toEqual([])
    expect(emulator.requests().in_flight).toEqual([])
  })

  it.each<[string, FaultPlan, string]>([
    ['401', { faults: [{ step: 'initialize', kind: 'token_expired' }] }, 'x_unauthorized'],
    ['402', { faults: [{ step: 'finalize', kind: 'error', status: 402 }] }, 'x_payment_required'],
    ['a bare 403', { faults: [{ step: 'initialize', kind: 'error', status: 403 }] }, 'x_forbidden_scope'],
    ['400', { faults: [{ step: 'append', kind: 'session_expired' }] }, 'x_rejected_media'],
    [
      'a rate limit that ends late',
      { faults: [{ step: 'append', kind: 'error', status: 429, waitSecs: 900 }] },
      'x_rate_limited',
    ],
    ['a redirect', { faults: [{ step: 'append', kind: 'redirect' }] }, 'x_unavailable'],
    ['413 for every size', { faults: [{ step: 'append', kind: 'too_large' }] }, 'x_segment_too_large'],
    ['503 at every attempt', { faults: [{ step: 'append', kind: 'error', times: 0 }] }, 'x_unavailable'],
  ])('fails on %s with its code, and leaves no call in flight', async (_, plan, code) => {
    const { emulator, events, client } = setUp(plan, { x: { dialect, segmentBytes: 8 } })
    await expect(client.upload(video)).rejects.toMatchObject({ code })
    expect(events.at(-1)).toMatchObject({ type: 'failed', code })
    expect(emulator.uploads().filter(({ finalized }) => finalized)).toEqual([])
    expect(emulator.requests().in_flight).toEqual([])
    expect(JSON.stringify(events)).not.toContain('server-held-token')
  })
})

describe('a client', () => {
  it('halves segments while X refuses them, and starts the next file with the size that X accepts', async () => {
    const file = randomVideo(5 * 1024 * 1024)
    const { emulator, events, client } = setUp({
      faults: [{ step: 'append', kind: 'too_large', bytes: 1024 * 1024 }],
    })
    for (const _ of ['first', 'second']) {
      const { data } = await client.upload({ source: file, mediaType: 'video/mp4' })
      const upload = await emulator.upload(data.id)
      expect(upload?.sha256).toBe(await sha256(file))
      expect(upload?.segments.map(({ size }) => size)).toEqual(Array.from({ length: 5 }, () => 1024 * 1024))
    }
    expect(events.filter(({ type }) => type === 'segment_size')).toHaveLength(2)
    expect(emulator.violations()).toEqual([])
  })

  it('asks for a new token once when X refuses the current one, and continues', async () => {
    const asked: unknown[] = []
    const { emulator, client } = setUp(
      { faults: [{ step: 'append', at: 1, kind: 'token_expired' }] },
      {
        x: { segmentBytes: 8 },
        token: (ask) => {
          asked.push(ask)
          return `token-${asked.length}`
        },
      },
    )
    const { data } = await client.upload(video)
    expect((await emulator.upload(data.id))?.sha256).toBe(await sha256(bytes))
    expect(asked).toEqual([{ reason: 'initial' }, { reason: 'unauthorized', refused: 'token-1' }])
  })

  it('sends an image up to oneShotBytes in one call, and a larger one or a video in steps', async () => {
    const { emulator, client } = setUp({}, { x: { oneShotBytes: 40 } })
    const { data } = await client.upload({ ...image, additionalOwners: ['12', '34'] })
    expect(await emulator.upload(data.id)).toMatchObject({
      sha256: await sha256(image.source),
      additional_owners: ['12', '34'],
    })
    expect(emulator.requests().counts).toMatchObject({ upload: 1, initialize: 0 })
    await client.upload({ ...image, source: sampleFile('image/png', 41) })
    await client.upload(video)
    expect(emulator.requests().counts).toMatchObject({ upload: 1, initialize: 2 })
  })

  it('sends nothing in one call that may turn out to be no image', async () => {
    const { emulator, client } = setUp({}, { x: { oneShotBytes: 10_000 } })
    for (const source of [
      { source: image.source },
      { source: image.source, category: 'tweet_image' },
      { source: readMediaFixture('still-87a.gif'), mediaType: 'image/gif', category: 'dm_image' },
    ] as const) {
      await client.upload(source)
    }
    expect(emulator.requests().counts).toMatchObject({ upload: 0, initialize: 3 })
    await client.upload({ ...image, category: 'dm_image' })
    await client.upload({ ...image, mediaType: 'image/x-png' })
    expect(emulator.requests().counts).toMatchObject({ upload: 2, initialize: 3 })
  })

  it('takes a media type by its other names, from a Blob, or from the first bytes', async () => {
    const { emulator, events, client } = setUp()
    const png = image.source
    for (const [source, declaredType] of [
      [{ source: png, mediaType: 'image/x-png' }, 'image/x-png'],
      [{ source: new Blob([png], { type: 'image/png' }) }, 'image/png'],
      [{ source: new Blob([png]) }, ''],
      [{ source: png }, ''],
      [{ source: png, mediaType: 'application/octet-stream' }, 'application/octet-stream'],
    ] as const) {
      const { data } = await client.upload(source)
      expect(await emulator.upload(data.id)).toMatchObject({ media_type: 'image/png', media_category: 'tweet_image' })
      expect(events.findLast(({ type }) => type === 'initialized')).toMatchObject({
        ...{ mediaType: 'image/png', declaredType, category: 'tweet_image' },
      })
    }
  })

  it('does not send X a file that is not of its media type, or too large for what it turns out to be', async () => {
    const { emulator, client } = setUp({}, { limits: { categoryBytes: { tweet_image: 39 } } })
    await expect(client.upload({ source: bytes, mediaType: 'text/vtt' })).rejects.toMatchObject({
      code: 'signature_mismatch',
    })
    await expect(client.upload({ source: image.source })).rejects.toMatchObject({ code: 'too_large' })
    expect(emulator.requests().counts.initialize).toBe(0)
  })

  it('sets alternative text, and returns an error beside the media when X refuses it', async () => {
    const { emulator, client } = setUp()
    const { data } = await client.upload({ ...image, altText: 'A dancing cat' })
    expect(await emulator.upload(data.id)).toMatchObject({ alt_text: 'A dancing cat' })

    emulator.setFaults({ faults: [{ step: 'metadata', kind: 'error', status: 402 }] })
    const answer = await client.upload({ ...image, altText: 'A dancing cat' })
    expect(answer.errors).toEqual([expect.objectContaining({ type: 'urn:hono-x-media:x_payment_required' })])
  })

  it('adds subtitles to a video and removes them', async () => {
    const { emulator, client } = setUp()
    const { data: film } = await client.upload(video)
    const { data: track } = await client.upload({ source: sampleFile('text/srt', 40), mediaType: 'text/srt' })
    const media = { id: film.id, media_category: 'TweetVideo' } as const
    await client.subtitles.add({ ...media, subtitles: { id: track.id, language_code: 'EN', display_name: 'English' } })
    expect(await emulator.upload(film.id)).toMatchObject({ subtitles: [{ id: track.id, language_code: 'EN' }] })
    await client.subtitles.remove({ ...media, language_code: 'EN' })
    expect(await emulator.upload(film.id)).toMatchObject({ subtitles: [] })
  })

  it('does not treat an empty answer to FINALIZE as the end of a video’s processing', async () => {
    const { client } = setUp({ faults: [{ step: 'finalize', kind: 'success', status: 204, body: 'empty', times: 0 }] })
    expect((await client.upload(video)).data).toMatchObject({ size: 40, processing_info: { state: 'pending' } })
    expect((await client.upload(image)).data).not.toHaveProperty('processing_info')
  })

  it('treats an error beside in_progress as the end of processing', async () => {
    const { client } = setUp({ faults: [{ step: 'finalize', kind: 'processing_stuck' }] })
    const answer = await client.settle(await client.upload(video))
    expect(answer.data.processing_info).toMatchObject({ state: 'in_progress', error: { name: 'InvalidMedia' } })
  })

  it('asks X for a status no more often than check_after_secs says, however many callers ask', async () => {
    const { emulator, client } = setUp()
    const { data } = await client.upload(video)
    await Promise.all(Array.from({ length: 20 }, () => client.status(data.id)))
    expect(emulator.requests().counts.status).toBe(0)
  })

  it('ends an upload when its signal aborts', async () => {
    const { emulator, events, client } = setUp()
    const controller = new AbortController()
    const source = new ReadableStream<Uint8Array>()
    const upload = client.upload({ source, mediaType: 'video/mp4', totalBytes: 10 }, { signal: controller.signal })
    controller.abort()
    await expect(upload).rejects.toMatchObject({ code: 'client_closed' })
    expect(events.at(-1)).toMatchObject({ type: 'aborted' })
    expect(emulator.requests().in_flight).toEqual([])
  })

  it('ends at its deadline while a body stalls, and while a token source never answers', async () => {
    const stalled = { source: new ReadableStream<Uint8Array>(), mediaType: 'video/mp4', totalBytes: 10 } as const
    const { client, emulator } = setUp({}, { limits: { deadlineMs: 50 } })
    await expect(client.upload(stalled)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(emulator.requests().in_flight).toEqual([])
    const silent = setUp({}, { limits: { deadlineMs: 50 }, token: () => new Promise<string>(() => {}) })
    await expect(silent.client.upload(video)).rejects.toMatchObject({ code: 'deadline_exceeded' })
  })

  it('uses no index beyond X’s last one when the first segment is halved', async () => {
    const half = 524_288
    const { client, emulator } = setUp(
      { faults: [{ step: 'append', kind: 'too_large', bytes: half }] },
      { x: { segmentBytes: 2 * half - 1 } },
    )
    const block = sampleFile('video/mp4', half)
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(block) })
    const upload = client.upload({ source: body, mediaType: 'video/mp4', totalBytes: 1000 * half })
    await expect(upload).rejects.toMatchObject({ code: 'x_segment_too_large' })
    expect(emulator.requests().counts.append).toBe(1)
  })

  it('renews a refused token even without retries', async () => {
    let asked = 0
    const { client } = setUp(
      { faults: [{ step: 'initialize', kind: 'token_expired' }] },
      { x: { retry: { retries: 0 } }, token: () => `token-${asked++}` },
    )
    await expect(client.upload(video)).resolves.toMatchObject({ data: { size: 40 } })
  })

  it.each([
    ['a long reason that is cut within the token', 400, (token: string) => ({ detail: 'x'.repeat(250) + token })],
    ['a reason with escaped slashes', 400, (token: string) => ({ detail: token })],
    ['partial errors', 200, (token: string) => ({ data: { id: '1' }, errors: [{ detail: token }] })],
  ])('does not pass on a token that X echoes in %s', async (_, status, answer) => {
    const token = `abc/${'secret-'.repeat(20)}`
    const json = (body: object) => JSON.stringify(body).replaceAll('/', String.raw`\/`)
    const { client } = setUp(
      {},
      {
        token,
        x: {
          fetch: async (url) =>
            url.endsWith('/finalize')
              ? new Response(json(answer(token)), { status })
              : new Response(json({ data: { id: '1' } }), { status: 200 }),
        },
      },
    )
    const outcome = await client.upload(video).catch((error: Error) => ({ message: error.message }))
    expect(JSON.stringify(outcome)).not.toContain('secret-')
  })

  it.each(['t', '1', 'id', 'data', 'pending'])(
    'works with the token %j, although X’s answers contain it',
    async (token) => {
      const { client, emulator } = setUp({}, { token })
      const { data } = await client.upload(video)
      expect(data).toMatchObject({ processing_info: { state: 'pending' }, media_key: `7_${data.id}` })
      expect(await emulator.upload(data.id)).toMatchObject({ finalized: true })
    },
  )

  it('ignores members of an unexpected type in X’s answer', async () => {
    const data = { id: '1', size: null, processing_info: { state: 'pending', check_after_secs: 'soon' }, video: 'mp4' }
    const { client } = setUp({}, { x: { fetch: async () => Response.json({ data }) } })
    expect((await client.upload(video)).data).toEqual({ id: '1', size: 40, processing_info: { state: 'pending' } })
  })

  /** As an app in plain JavaScript could write it. */
  const untyped: object = { category: 'avatar' }
  it.each([
    [{ ...video, source: new ReadableStream<Uint8Array>() }, TypeError],
    [{ ...video, totalBytes: 1.5 }, TypeError],
    [Object.assign({}, video, untyped), TypeError],
    [{ ...video, totalBytes: 0 }, RangeError],
    [{ ...image, altText: 'x'.repeat(1001) }, RangeError],
    [{ ...image, additionalOwners: ['12', '@x'] }, RangeError],
    [{ ...image, additionalOwners: Array.from({ length: 101 }, (_, id) => String(id)) }, RangeError],
  ])('refuses an invalid source: %#', async (source, kind) => {
    await expect(setUp().client.upload(source)).rejects.toThrow(kind)
  })
})
