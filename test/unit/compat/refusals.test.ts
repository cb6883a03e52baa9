import { describe, expect, it } from 'vitest'
import { memoryStore, type XMediaEvent } from '../../../src/index.ts'
import { emulator } from '../../support/app.ts'
import { useFakeClock, whileTimePasses } from '../../support/clock.ts'
import {
  append,
  compatClient,
  countFinalized,
  errorOf,
  expectReceived,
  finalize,
  image,
  initialize,
  json,
  VIDEO,
  video,
} from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

describe('X’s own media API', () => {
  it('refuses segments that do not add up to the file, at FINALIZE at the latest', async () => {
    const send = compatClient()
    const id = await initialize(send)
    expect(await errorOf(append(send, id, 0, video.slice(0, 4000)))).toEqual([400, expect.stringContaining('4,100')])
    expect((await append(send, id, 0, video.slice(0, 5000))).status).toBe(200)
    expect(await errorOf(append(send, id, 0, video.slice(0, 4500)))).toEqual([
      400,
      expect.stringContaining('different bytes'),
    ])
    expect((await append(send, id, 2, video.slice(10_000))).status).toBe(200)
    expect(await errorOf(finalize(send, id))).toEqual([400, expect.stringContaining('do not add up')])
    expect(await errorOf(append(send, id, 1, video.slice(5000, 10_001)))).toEqual([
      400,
      expect.stringContaining('do not add up'),
    ])
    expect(await errorOf(append(send, id, 1000, video.slice(0, 1)))).toEqual([
      400,
      'SegmentIndex must be between 0 and 999.',
    ])
    expect(await errorOf(append(send, id, 10_000, video.slice(0, 1)))).toEqual([
      400,
      expect.stringContaining('segment_index'),
    ])
    expect((await append(send, id, 1, video.slice(5000, 10_000))).status).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, video)
    expect(await errorOf(append(send, id, 1, video.slice(5000, 10_000)))).toEqual([400, 'Media is already finalized.'])
  })

  it('asks a client to try again that has waited 30 s for another request with the same segment', async () => {
    const clock = useFakeClock()
    const reached = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<Response>()
    const send = compatClient({
      x: {
        retry: { timeoutMs: 60_000 },
        async fetch(url, init) {
          if (!url.endsWith('/append')) return emulator.app.request(url, init)
          reached.resolve()
          return await answered.promise
        },
      },
    })
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    const first = append(send, id, 0, image)
    await reached.promise
    const startedAt = clock.now()
    const second = await whileTimePasses(clock, append(send, id, 0, image))
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(30_000)
    expect(clock.now() - startedAt).toBeLessThan(31_000)
    answered.resolve(new Response(null, { status: 204 }))
    expect((await whileTimePasses(clock, first)).status).toBe(200)
  })

  it('closes an upload whose first segment is not of its media type', async () => {
    const send = compatClient()
    const id = await initialize(send)
    expect(await errorOf(append(send, id, 0, image))).toEqual([400, expect.stringContaining('video/mp4')])
    expect(await errorOf(append(send, id, 0, video))).toEqual([400, 'media type unrecognized'])
    expect(await errorOf(finalize(send, id))).toEqual([400, 'media type unrecognized'])
  })

  it('never sends different bytes under an index, nor a first segment that it has not checked', async () => {
    const send = compatClient()
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    expect((await append(send, id, 0, image)).status).toBe(200)
    const page = new TextEncoder().encode('<'.repeat(image.length))
    expect((await append(send, id, 0, page)).status).toBe(400)
    const other = image.slice()
    other[8000] = (other[8000] ?? 0) ^ 1
    expect(await errorOf(append(send, id, 0, other))).toEqual([400, expect.stringContaining('different bytes')])
    expect((await append(send, id, 0, image)).status).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('does not finalize before X has acknowledged every segment', async () => {
    let appends = 0
    let finalizes = 0
    const send = compatClient({
      x: {
        retry: { retries: 0 },
        async fetch(url, init) {
          if (url.endsWith('/finalize')) finalizes++
          if (url.endsWith('/append') && ++appends === 2) return new Response(null, { status: 503 })
          return emulator.app.request(url, init)
        },
      },
    })
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, id, 0, image.slice(0, 5000))
    const lost = await append(send, id, 1, image.slice(5000))
    expect(lost.status).toBe(503)
    expect(await errorOf(finalize(send, id))).toEqual([400, expect.stringContaining('do not add up')])
    expect(finalizes).toBe(0)
    await append(send, id, 1, image.slice(5000))
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('refuses different bytes under an index that X has not acknowledged yet', async () => {
    let appends = 0
    const send = compatClient({
      x: {
        retry: { retries: 0 },
        async fetch(url, init) {
          if (url.endsWith('/append') && ++appends === 2) return new Response(null, { status: 503 })
          return emulator.app.request(url, init)
        },
      },
    })
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, id, 0, image.slice(0, 5000))
    expect((await append(send, id, 1, image.slice(5000))).status).toBe(503)
    expect(await errorOf(append(send, id, 1, sampleFile('image/gif', 4000)))).toEqual([
      400,
      'Segment 1 was already sent with different bytes.',
    ])
    expect(appends).toBe(2)
    expect((await append(send, id, 1, image.slice(5000))).status).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('forgets an index that X refuses, and the gap before it', async () => {
    const store = memoryStore()
    const send = compatClient({ store, x: { maxSegments: 10_000, segmentBytes: 5000 } })
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    const before = await store.get(`wire:${id}`)
    // X accepts no index above 999.
    expect((await append(send, id, 9000, image.slice(5000))).status).toBe(400)
    expect((await store.get(`wire:${id}`))?.length).toBeLessThan((before?.length ?? 0) + 100)
    await append(send, id, 0, image.slice(0, 5000))
    await append(send, id, 1, image.slice(5000))
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, image)
  })

  it('accepts a segment of 7 MB without Content-Length', async () => {
    const send = compatClient({ x: { segmentBytes: 4 * 1024 * 1024 } })
    const file = sampleFile('video/mp4', 7_000_000)
    const id = await initialize(send, { media_type: 'video/mp4', total_bytes: file.length })
    const answer = await append(send, id, 0, file)
    expect(answer.status, await answer.text()).toBe(200)
    expect((await finalize(send, id)).status).toBe(200)
    await expectReceived(id, file, [3_500_000, 3_500_000])
  })

  it('refuses segments larger than 8,000,000 bytes, and other bodies larger than 64 KiB', async () => {
    const send = compatClient({ x: { segmentBytes: 4 * 1024 * 1024 } })
    const id = await initialize(send, { media_type: 'video/mp4', total_bytes: 9_000_000 })
    const file = sampleFile('video/mp4', 8_000_001)
    expect((await append(send, id, 0, file)).status).toBe(413)
    expect((await append(send, id, 0, file.slice(1))).status).not.toBe(413)
    const text = { body: 'a'.repeat(70_000), headers: { 'content-type': 'text/plain' } }
    expect((await send('POST', '/upload', text)).status).toBe(413)
    const many = json({ media: Array.from({ length: 40_000 }, () => ({})) })
    expect(await errorOf(send('POST', '/upload', many))).toEqual([400, expect.stringContaining('nested too deeply')])
  })

  it('refuses JSON with many members, without parsing them', async () => {
    const send = compatClient()
    const members = Array.from({ length: 500_000 }, (_, index) => [index.toString(36), 0])
    const refused = send('POST', '/upload', json(Object.fromEntries(members)))
    expect(await errorOf(refused)).toEqual([400, 'Request body has too many members.'])
  })

  it.each([
    ['deeply nested values', { id: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }, 'nested too deeply'],
    [
      'a reference to other media',
      { id: '1', metadata: { preview_image: { media_key: {} } } },
      '$.metadata.preview_image',
    ],
  ])('refuses metadata with %s', async (_, value, message) => {
    expect(await errorOf(compatClient()('POST', '/metadata', json(value)))).toEqual([
      400,
      expect.stringContaining(message),
    ])
  })

  it('refuses an invalid Content-Length, and serves the next request', async () => {
    const send = compatClient()
    const headers = { 'content-type': 'application/json', 'content-length': 'x' }
    expect((await send('POST', '/upload', { body: '{}', headers })).status).toBe(400)
    const id = await initialize(send)
    expect((await append(send, id, 0, video)).status).toBe(200)
  })

  it('does not finalize a streamed file that has fields after it', async () => {
    const body = new FormData()
    body.append('media_category', 'tweet_image')
    body.append('media', new Blob([image], { type: 'image/png' }))
    body.append('additional_owners', '1')
    const whole = new Response(body)
    const bytes = await whole.arrayBuffer()
    const headers = {
      'content-type': whole.headers.get('content-type') ?? '',
      'content-length': String(bytes.byteLength),
    }
    const before = await countFinalized()
    const events: XMediaEvent[] = []
    const send = compatClient({ onEvent: (event) => events.push(event) })
    const answer = send('POST', '/upload', { body: bytes, headers })
    expect(await errorOf(answer)).toEqual([400, 'Send all fields before the media.'])
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'invalid_parameter' })
    expect(await countFinalized()).toBe(before)
  })

  it('answers 503 when X refuses the server’s token', async () => {
    const problem = { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }
    const send = compatClient({ x: { fetch: async () => Response.json(problem, { status: 401 }) } })
    const answer = await send('POST', '/upload/initialize', json(VIDEO))
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { title: 'Service Unavailable', type: 'about:blank', status: 503, detail: 'Service Unavailable' },
    ])
  })

  it.each([
    [413, null, ''],
    [500, '{"errors":["internal server error"]}', 'internal server error'],
    [502, '<html>', 'Error'],
  ])('passes on X’s %i with the body %s in a shape that SDKs can read', async (status, said, message) => {
    const send = compatClient({ x: { retry: { retries: 0 }, fetch: async () => new Response(said, { status }) } })
    const answer = await send('POST', '/upload/initialize', json(VIDEO))
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(message)])
  })
})
