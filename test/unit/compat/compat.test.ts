import { describe, expect, it, vi } from 'vitest'
import { memoryStore, type XMediaEvent, xMedia } from '../../../src/index.ts'
import { base, emulator } from '../../support/app.ts'
import {
  append,
  base64,
  compatClient,
  errorOf,
  expectReceived,
  finalize,
  form,
  idOf,
  image,
  initialize,
  json,
  VIDEO,
  video,
} from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

describe('X’s own media API', () => {
  it('is served only with the compat option', async () => {
    const app = xMedia(base)
    expect((await app.request('/2/media/upload/initialize', { method: 'POST' })).status).toBe(404)
  })

  it.each(['resource', 'command'] as const)(
    'accepts both generations of X’s API while calling X in the %s dialect',
    async (dialect) => {
      const send = compatClient({ allow: { additionalOwners: true }, x: { dialect } })
      const id = await initialize(send)
      for (const [index, from] of [0, 5000, 10_000, 15_000, 20_000].entries()) {
        expect((await append(send, id, index, video.slice(from, from + 5000))).status).toBe(200)
      }
      expect((await finalize(send, id)).status).toBe(200)
      await expectReceived(id, video)

      const command = (parameters: Record<string, string>, init?: RequestInit) =>
        send('POST', `/upload?${new URLSearchParams(parameters)}`, init)
      const opened = await send(
        'POST',
        '/upload',
        form(['command', 'INIT'], ['media_type', 'image/png'], ['total_bytes', '9000'], ['additional_owners', '1,2']),
      )
      expect(opened.status).toBe(202)
      const second = await idOf(opened)
      const appended = await command(
        { command: 'APPEND', media_id: second, segment_index: '0' },
        form(['media', image]),
      )
      expect([appended.status, await appended.text()]).toEqual([204, ''])
      expect((await command({ command: 'FINALIZE', media_id: second })).status).toBe(200)
      await expectReceived(second, image)
    },
  )

  it('accepts fields after the media, and segments in any order', async () => {
    const send = compatClient()
    const id = await initialize(send)
    for (const index of [2, 0, 1]) {
      const bytes = video.slice(index * 8000, (index + 1) * 8000)
      const answer = await send(
        'POST',
        `/upload/${id}/append`,
        form(['media', bytes], ['segment_index', String(index)]),
      )
      expect(answer.status, await answer.text()).toBe(200)
    }
    await finalize(send, id)
    // Each segment is larger than segmentBytes and goes to X in two parts.
    await expectReceived(id, video, [4000, 4000, 4000, 4000, 3000, 3000])
  })

  it('accepts a file in one request: in a form, streamed or buffered, and in base64', async () => {
    const send = compatClient()
    const typed = new FormData()
    typed.append('media_category', 'tweet_image')
    typed.append('media', new Blob([image], { type: 'image/png' }))
    const whole = new Response(typed)
    const contentType = whole.headers.get('content-type') ?? ''
    const body = await whole.arrayBuffer()
    const headers = { 'content-type': contentType, 'content-length': String(body.byteLength) }
    const answers = [
      await send('POST', '/upload', { body, headers }),
      await send('POST', '/upload', { body: typed }),
      await send('POST', '/upload', form(['media', image], ['media_category', 'tweet_image'])),
      await send('POST', '/upload', json({ media: base64(image), media_category: 'dm_image' })),
    ]
    for (const answer of answers) {
      expect(answer.status, await answer.clone().text()).toBe(200)
      await expectReceived(await idOf(answer), image)
    }
  })

  it.each([
    ['image/jpeg', 'tweet_image'],
    ['image/png', 'dm_image'],
    ['video/mp4', 'tweet_video'],
    ['video/webm', 'tweet_video'],
    ['text/vtt', 'subtitles'],
  ] as const)('finds the type of a file in one request by its first bytes: %s', async (media_type, media_category) => {
    const media = base64(sampleFile(media_type, 9000))
    const id = await idOf(await compatClient()('POST', '/upload', json({ media, media_category })))
    expect(await emulator.upload(id)).toMatchObject({ media_type, media_category })
  })

  it('repeats its answer to FINALIZE, and answers STATUS as X does', async () => {
    const send = compatClient()
    const id = await initialize(send)
    await append(send, id, 0, video)
    const [first, again] = [await finalize(send, id), await finalize(send, id)]
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()])
    const state = async () => {
      const status = await send('GET', `/upload?media_id=${id}`)
      const { data }: { data: { processing_info: { state: string } } } = await status.json()
      return data.processing_info.state
    }
    await vi.waitUntil(async () => (await state()) === 'succeeded', { timeout: 10_000, interval: 200 })
    const picture = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, picture, 0, image)
    await finalize(send, picture)
    expect(await errorOf(send('GET', `/upload?command=STATUS&media_id=${picture}`))).toEqual([
      400,
      'BadRequest: Not found',
    ])
  })

  it('sends X one FINALIZE for two concurrent requests, which get the same answer', async () => {
    let finalizes = 0
    const send = compatClient({
      x: {
        async fetch(url, init) {
          if (url.endsWith('/finalize')) finalizes++
          return emulator.app.request(url, init)
        },
      },
    })
    const id = await initialize(send, { media_type: 'image/png', total_bytes: image.length })
    await append(send, id, 0, image)
    const answers = await Promise.all([finalize(send, id), finalize(send, id)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(finalizes).toBe(1)
    const [first, second] = await Promise.all(answers.map((answer) => answer.text()))
    expect(second).toBe(first)
  })

  it('sets metadata and subtitles of the subject’s media, however they were uploaded', async () => {
    const store = memoryStore()
    const send = compatClient({ store })
    const id = await initialize(send)
    await append(send, id, 0, video)
    await finalize(send, id)
    const file = new TextEncoder().encode('WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n')
    const track = await initialize(send, {
      media_type: 'text/vtt',
      media_category: 'subtitles',
      total_bytes: file.length,
    })
    await append(send, track, 0, file)
    await finalize(send, track)
    const metadata = await send('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'A cat' } } }))
    expect(metadata.status).toBe(200)
    const subtitles = { id: track, language_code: 'EN', display_name: 'English' }
    const target = { id, media_category: 'TweetVideo' }
    expect((await send('POST', '/subtitles', json({ ...target, subtitles }))).status).toBe(200)
    const deleted = await send('DELETE', '/subtitles', json({ ...target, language_code: 'EN' }))
    expect(await deleted.json()).toEqual({ data: { deleted: true } })

    const app = xMedia({ ...base, store })
    expect((await app.request(`/status/${id}`, { headers: { 'x-demo-user': 'u1' } })).status).toBe(200)
    expect((await app.request(`/status/${id}`, { headers: { 'x-demo-user': 'u2' } })).status).toBe(404)
    const headers = { 'content-type': 'image/png', 'content-length': String(image.length), 'x-demo-user': 'u1' }
    const other = await idOf(await app.request('/', { method: 'POST', body: image, headers }))
    expect((await send('POST', '/metadata', json({ id: other, metadata: {} }))).status).toBe(200)
  })

  it.each<[string, string, string, RequestInit | undefined, number, string]>([
    ['an unknown field', 'POST', '/upload/initialize', json({ ...VIDEO, a: 1 }), 400, '$.a: is not defined'],
    [
      'a size that is a string',
      'POST',
      '/upload/initialize',
      json({ ...VIDEO, total_bytes: '9' }),
      400,
      '$.total_bytes: is not',
    ],
    [
      'a missing size',
      'POST',
      '/upload/initialize',
      json({ media_type: 'video/mp4' }),
      400,
      '$.total_bytes: is missing',
    ],
    ['a missing type', 'POST', '/upload/initialize', json({ total_bytes: 1 }), 400, '$.media_type: is missing'],
    [
      'an unknown type',
      'POST',
      '/upload/initialize',
      json({ ...VIDEO, media_type: 'a/b' }),
      400,
      '$.media_type: does not',
    ],
    ['an empty file', 'POST', '/upload/initialize', json({ ...VIDEO, total_bytes: 0 }), 400, 'The file is empty'],
    [
      'a file that is too large',
      'POST',
      '/upload/initialize',
      json({ ...VIDEO, total_bytes: 9e9 }),
      413,
      'Payload Too Large',
    ],
    [
      'a form instead of JSON',
      'POST',
      '/upload/initialize',
      form(['total_bytes', '9']),
      400,
      'Requests with bodies must have',
    ],
    ['a JSON array', 'POST', '/upload/initialize', json([1]), 400, 'Request body must be a JSON object.'],
    [
      'incomplete JSON',
      'POST',
      '/upload/initialize',
      { ...json({}), body: '{' },
      400,
      'Request body is not valid JSON.',
    ],
    [
      'an unexpected query parameter',
      'POST',
      '/upload/initialize?command=INIT',
      json(VIDEO),
      400,
      'The query parameter [command] is not',
    ],
    ['an invalid id', 'POST', '/upload/abc/append', undefined, 400, 'The `id` path parameter is not valid'],
    ['a missing id', 'GET', '/upload', undefined, 400, '$.media_id: is missing'],
    ['an unknown command', 'POST', '/upload?command=STOP', undefined, 400, 'The query parameter [command] is not'],
    ['a field that appears twice', 'POST', '/upload', form(['a', '1'], ['a', '2'], ['media', image]), 400, 'twice'],
    [
      'plain text',
      'POST',
      '/upload',
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      400,
      'Requests with bodies',
    ],
  ])('refuses %s in X’s words', async (_, method, path, init, status, message) => {
    expect(await errorOf(compatClient()(method, path, init))).toEqual([status, expect.stringContaining(message)])
  })

  it.each([
    ['missing media', { segment_index: 0 }, 'Missing media field in JSON'],
    ['invalid base64', { media: '*', segment_index: 0 }, '$.media: is not valid'],
  ])('refuses a segment with %s in X’s words', async (_, members, message) => {
    const send = compatClient()
    const id = await initialize(send)
    expect(await errorOf(send('POST', `/upload/${id}/append`, json(members)))).toEqual([
      400,
      expect.stringContaining(message),
    ])
  })

  it('counts INIT towards the quota, and reports a used-up quota as X’s rate limit', async () => {
    const send = compatClient({ limits: { quota: { bytes: 30_000 } } })
    await initialize(send)
    const refused = await send('POST', '/upload/initialize', json(VIDEO))
    expect([refused.status, refused.headers.get('x-rate-limit-remaining')]).toEqual([429, '0'])
    expect(Number(refused.headers.get('x-rate-limit-reset'))).toBeGreaterThan(Date.now() / 1000)
  })

  it('passes on only the known members of X’s answers', async () => {
    const secret = 'nobody should see this'
    const problem = {
      title: 'Bad',
      detail: { secret },
      status: 400,
      secret,
      errors: [{ message: 'No', secret }, 'text'],
    }
    const send = async (status: number, body: object) => {
      const app = compatClient({
        x: {
          fetch: async (url, init) =>
            url.endsWith('/metadata') ? Response.json(body, { status }) : emulator.app.request(url, init),
        },
      })
      const id = await initialize(app)
      const answer = await app('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'A cat' } } }))
      return { id, ...(await answer.json()) }
    }
    const { id, data } = await send(200, { data: { id: '1', associated_metadata: {}, secret }, secret })
    expect(data).toEqual({ id, associated_metadata: {} })
    expect(await send(400, problem)).toMatchObject({ title: 'Bad', errors: [{ message: 'No' }, { message: 'text' }] })
    expect(JSON.stringify(await send(400, problem))).not.toContain(secret)
  })

  it('answers INIT with no more than X’s schema has when X answers as in its v1.1', async () => {
    const media = { media_id: 123, media_id_string: '123', size: 9, image: { w: 1, h: 1 }, expires_after_secs: 86_400 }
    const send = compatClient({ x: { fetch: async () => Response.json(media) } })
    const answer = await send('POST', '/upload/initialize', json(VIDEO))
    expect(await answer.json()).toEqual({ data: { id: '123', expires_after_secs: 86_400 } })
  })

  it('passes on X’s rate-limit headers, and sends X only the server’s token', async () => {
    const tokens: (string | undefined)[] = []
    const send = compatClient({
      x: {
        async fetch(url, init) {
          tokens.push(init.headers['authorization'])
          const answer = await emulator.app.request(url, init)
          const { status } = answer
          return new Response(await answer.text(), { status, headers: { 'x-rate-limit-remaining': '7' } })
        },
      },
    })
    const headers = { ...json({}).headers, authorization: 'Bearer of-the-client' }
    const answer = await send('POST', '/upload/initialize', { body: JSON.stringify(VIDEO), headers })
    expect([answer.status, answer.headers.get('x-rate-limit-remaining')]).toEqual([200, '7'])
    expect(tokens).toEqual(['Bearer server-held-token'])
  })

  it('answers 401 as X does when authorize returns null', async () => {
    const answer = await compatClient({ authorize: () => null })('POST', '/upload/initialize', json(VIDEO))
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
    ])
  })

  it('reports the same events as for any other upload', async () => {
    const events: XMediaEvent[] = []
    const send = compatClient({ onEvent: (event) => events.push(event) })
    const id = await initialize(send)
    await append(send, id, 0, video.slice(0, 8000))
    await append(send, id, 1, video.slice(8000, 16_000))
    await append(send, id, 2, video.slice(16_000))
    await finalize(send, id)
    expect(events.map(({ type }) => type)).toEqual(['initialized', ...Array(6).fill('segment'), 'finalized'])
    expect(events.at(-1)).toMatchObject({ mediaId: id, bytes: video.length, segments: 6 })
  })
})
