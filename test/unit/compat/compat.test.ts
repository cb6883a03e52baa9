import { describe, expect, it, vi } from 'vitest'
import { memoryStore, type XMediaEvent, xMedia } from '../../../src/index.ts'
import { base, emulator } from '../../support/app.ts'
import {
  append,
  base64,
  expectReceived,
  finalize,
  form,
  idOf,
  image,
  json,
  messageOf,
  open,
  VIDEO,
  video,
  wireOf,
} from '../../support/compat-calls.ts'

describe('X’s own wire', () => {
  it('is not there unless it is asked for', async () => {
    const app = xMedia(base)
    expect((await app.request('/2/media/upload/initialize', { method: 'POST' })).status).toBe(404)
  })

  it.each(['resource', 'command'] as const)('takes both generations over the %s dialect', async (dialect) => {
    const ask = wireOf({ x: { dialect } })
    const id = await open(ask)
    for (const [index, from] of [0, 5000, 10_000, 15_000, 20_000].entries()) {
      expect((await append(ask, id, index, video.slice(from, from + 5000))).status).toBe(200)
    }
    expect((await finalize(ask, id)).status).toBe(200)
    await expectReceived(id, video)

    const command = (parameters: Record<string, string>, init?: RequestInit) =>
      ask('POST', `/upload?${new URLSearchParams(parameters)}`, init)
    const opened = await ask(
      'POST',
      '/upload',
      form(['command', 'INIT'], ['media_type', 'image/png'], ['total_bytes', '9000'], ['additional_owners', '1,2']),
    )
    expect(opened.status).toBe(202)
    const second = await idOf(opened)
    const appended = await command({ command: 'APPEND', media_id: second, segment_index: '0' }, form(['media', image]))
    expect([appended.status, await appended.text()]).toEqual([204, ''])
    expect((await command({ command: 'FINALIZE', media_id: second })).status).toBe(200)
    await expectReceived(second, image)
  })

  it('takes fields behind the media, and segments in any order', async () => {
    const ask = wireOf()
    const id = await open(ask)
    for (const index of [2, 0, 1]) {
      const bytes = video.slice(index * 8000, (index + 1) * 8000)
      const answer = await ask('POST', `/upload/${id}/append`, form(['media', bytes], ['segment_index', String(index)]))
      expect(answer.status, await answer.text()).toBe(200)
    }
    await finalize(ask, id)
    // Larger than X is given here: each in two.
    await expectReceived(id, video, [4000, 4000, 4000, 4000, 3000, 3000])
  })

  it('takes a file in one request, as a form, streamed or held, and in base64', async () => {
    const ask = wireOf()
    const typed = new FormData()
    typed.append('media_category', 'tweet_image')
    typed.append('media', new Blob([image], { type: 'image/png' }))
    const whole = new Response(typed)
    const contentType = whole.headers.get('content-type') ?? ''
    const body = await whole.arrayBuffer()
    const headers = { 'content-type': contentType, 'content-length': String(body.byteLength) }
    const answers = [
      await ask('POST', '/upload', { body, headers }),
      await ask('POST', '/upload', { body: typed }),
      await ask('POST', '/upload', form(['media', image], ['media_category', 'tweet_image'])),
      await ask('POST', '/upload', json({ media: base64(image), media_category: 'dm_image' })),
    ]
    for (const answer of answers) {
      expect(answer.status, await answer.clone().text()).toBe(200)
      await expectReceived(await idOf(answer), image)
    }
  })

  it('answers FINALIZE that is asked for again, and STATUS, as X does', async () => {
    const ask = wireOf()
    const id = await open(ask)
    await append(ask, id, 0, video)
    const [first, again] = [await finalize(ask, id), await finalize(ask, id)]
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()])
    const state = async () => {
      const status = await ask('GET', `/upload?media_id=${id}`)
      const { data }: { data: { processing_info: { state: string } } } = await status.json()
      return data.processing_info.state
    }
    await vi.waitUntil(async () => (await state()) === 'succeeded', { timeout: 10_000, interval: 200 })
    const picture = await open(ask, { media_type: 'image/png', total_bytes: image.length })
    await append(ask, picture, 0, image)
    await finalize(ask, picture)
    expect(await messageOf(ask('GET', `/upload?command=STATUS&media_id=${picture}`))).toEqual([
      400,
      'BadRequest: Not found',
    ])
  })

  it('answers two FINALIZE at the same time alike', async () => {
    let first: Promise<Response> | undefined
    let finalizes = 0
    const ask = wireOf({
      x: {
        async fetch(url, init) {
          if (url.endsWith('/finalize') && ++finalizes === 2) await first
          return emulator.app.request(url, init)
        },
      },
    })
    const id = await open(ask, { media_type: 'image/png', total_bytes: image.length })
    await append(ask, id, 0, image)
    first = finalize(ask, id)
    const second = finalize(ask, id)
    expect((await first).status).toBe(200)
    expect((await second).status).toBe(200)
    expect(finalizes).toBe(2)
    expect(await (await second).text()).toBe(await (await first).text())
  })

  it('sets metadata and subtitles of media that are the subject’s, also of those uploaded in another way', async () => {
    const store = memoryStore()
    const ask = wireOf({ store })
    const id = await open(ask)
    await append(ask, id, 0, video)
    await finalize(ask, id)
    const file = new TextEncoder().encode('WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n')
    const track = await open(ask, { media_type: 'text/vtt', media_category: 'subtitles', total_bytes: file.length })
    await append(ask, track, 0, file)
    await finalize(ask, track)
    const metadata = await ask('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'A cat' } } }))
    expect(metadata.status).toBe(200)
    const subtitles = { id: track, language_code: 'EN', display_name: 'English' }
    const video_ = { id, media_category: 'TweetVideo' }
    expect((await ask('POST', '/subtitles', json({ ...video_, subtitles }))).status).toBe(200)
    const deleted = await ask('DELETE', '/subtitles', json({ ...video_, language_code: 'EN' }))
    expect(await deleted.json()).toEqual({ data: { deleted: true } })

    const app = xMedia({ ...base, store })
    expect((await app.request(`/status/${id}`, { headers: { 'x-demo-user': 'u1' } })).status).toBe(200)
    expect((await app.request(`/status/${id}`, { headers: { 'x-demo-user': 'u2' } })).status).toBe(404)
    const headers = { 'content-type': 'image/png', 'content-length': String(image.length), 'x-demo-user': 'u1' }
    const other = await idOf(await app.request('/', { method: 'POST', body: image, headers }))
    expect((await ask('POST', '/metadata', json({ id: other, metadata: {} }))).status).toBe(200)
  })

  it.each<[string, string, string, RequestInit | undefined, number, string]>([
    ['an unknown field', 'POST', '/upload/initialize', json({ ...VIDEO, a: 1 }), 400, '$.a: is not defined'],
    [
      'a size in words',
      'POST',
      '/upload/initialize',
      json({ ...VIDEO, total_bytes: '9' }),
      400,
      '$.total_bytes: is not',
    ],
    ['no size', 'POST', '/upload/initialize', json({ media_type: 'video/mp4' }), 400, '$.total_bytes: is missing'],
    ['no type', 'POST', '/upload/initialize', json({ total_bytes: 1 }), 400, '$.media_type: is missing'],
    [
      'a foreign type',
      'POST',
      '/upload/initialize',
      json({ ...VIDEO, media_type: 'a/b' }),
      400,
      '$.media_type: does not',
    ],
    ['no bytes', 'POST', '/upload/initialize', json({ ...VIDEO, total_bytes: 0 }), 400, 'The file is empty'],
    ['too many bytes', 'POST', '/upload/initialize', json({ ...VIDEO, total_bytes: 9e9 }), 413, 'Payload Too Large'],
    ['a form', 'POST', '/upload/initialize', form(['total_bytes', '9']), 400, 'Requests with bodies must have'],
    ['a list', 'POST', '/upload/initialize', json([1]), 400, 'Request body must be a JSON object.'],
    [
      'half of a JSON',
      'POST',
      '/upload/initialize',
      { ...json({}), body: '{' },
      400,
      'Request body is not valid JSON.',
    ],
    ['a query', 'POST', '/upload/initialize?command=INIT', json(VIDEO), 400, 'The query parameter [command] is not'],
    ['an id that is none', 'POST', '/upload/abc/append', undefined, 400, 'The `id` path parameter is not valid'],
    ['no media', 'POST', '/upload/1/append', json({ segment_index: 0 }), 400, 'Missing media field in JSON'],
    ['no base64', 'POST', '/upload/1/append', json({ media: '*', segment_index: 0 }), 400, '$.media: is not valid'],
    ['no id', 'GET', '/upload', undefined, 400, '$.media_id: is missing'],
    ['a foreign command', 'POST', '/upload?command=STOP', undefined, 400, 'The query parameter [command] is not'],
    ['a name twice', 'POST', '/upload', form(['a', '1'], ['a', '2'], ['media', image]), 400, 'The field a is there'],
    [
      'a text',
      'POST',
      '/upload',
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      400,
      'Requests with bodies',
    ],
    ['a route of nobody', 'POST', '/uploads', undefined, 400, 'BadRequest: Not found'],
  ])('refuses %s in X’s words', async (_, method, path, init, status, message) => {
    expect(await messageOf(wireOf()(method, path, init))).toEqual([status, expect.stringContaining(message)])
  })

  it('counts INIT towards the quota, and tells it as X tells its own', async () => {
    const ask = wireOf({ limits: { quota: { bytes: 30_000 } } })
    await open(ask)
    const refused = await ask('POST', '/upload/initialize', json(VIDEO))
    expect([refused.status, refused.headers.get('x-rate-limit-remaining')]).toEqual([429, '0'])
    expect(Number(refused.headers.get('x-rate-limit-reset'))).toBeGreaterThan(Date.now() / 1000)
  })

  it('passes on of X’s answers what is known of them, and nothing else', async () => {
    const secret = 'nobody should see this'
    const problem = {
      title: 'Bad',
      detail: { secret },
      status: 400,
      secret,
      errors: [{ message: 'No', secret }, 'text'],
    }
    const ask = async (status: number, body: object) => {
      const app = wireOf({
        x: {
          fetch: async (url, init) =>
            url.endsWith('/metadata') ? Response.json(body, { status }) : emulator.app.request(url, init),
        },
      })
      const id = await open(app)
      return await (await app('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'A cat' } } }))).json()
    }
    const told = await ask(200, { data: { id: '1', associated_metadata: {}, secret }, secret })
    expect(told).toEqual({ data: { id: '1', associated_metadata: {} } })
    expect(await ask(400, problem)).toMatchObject({ title: 'Bad', errors: [{ message: 'No' }, { message: 'text' }] })
    expect(JSON.stringify(await ask(400, problem))).not.toContain(secret)
  })

  it('passes on X’s numbers of its rate limits, and nothing of the token', async () => {
    const asked: (string | undefined)[] = []
    const ask = wireOf({
      x: {
        async fetch(url, init) {
          asked.push(init.headers['authorization'])
          const answer = await emulator.app.request(url, init)
          const { status } = answer
          return new Response(await answer.text(), { status, headers: { 'x-rate-limit-remaining': '7' } })
        },
      },
    })
    const headers = { ...json({}).headers, authorization: 'Bearer of-the-client' }
    const answer = await ask('POST', '/upload/initialize', { body: JSON.stringify(VIDEO), headers })
    expect([answer.status, answer.headers.get('x-rate-limit-remaining')]).toEqual([200, '7'])
    expect(asked).toEqual(['Bearer server-held-token'])
  })

  it('answers 401 as X does to whom the app does not know', async () => {
    const answer = await wireOf({ authorize: () => null })('POST', '/upload/initialize', json(VIDEO))
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
    ])
  })

  it('tells of an upload as of any other', async () => {
    const events: XMediaEvent[] = []
    const ask = wireOf({ onEvent: (event) => events.push(event) })
    const id = await open(ask)
    await append(ask, id, 0, video.slice(0, 8000))
    await append(ask, id, 1, video.slice(8000, 16_000))
    await append(ask, id, 2, video.slice(16_000))
    await finalize(ask, id)
    expect(events.map(({ type }) => type)).toEqual(['initialized', ...Array(6).fill('segment'), 'finalized'])
    expect(events.at(-1)).toMatchObject({ mediaId: id, bytes: video.length, segments: 6 })
  })
})
