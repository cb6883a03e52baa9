import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { describe, expect, it } from 'vitest'
import { type XMediaEvent, type XMediaOptions, xMedia, xMediaUpload } from '../../../src/index.ts'
import { emulator, optionsWith, png, post } from '../../support/app.ts'
import { bytesOf, FORM, file, formText, photo } from '../../support/several-files.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function setUp(changes: Partial<XMediaOptions> = {}) {
  const events: XMediaEvent[] = []
  const options = optionsWith({ ...changes, onEvent: (event) => events.push(event) })
  return { events, options, app: new Hono().route('/media', xMedia(options)) }
}

describe('the id of a request', () => {
  it.each(['r1', 'A_z-0=', 'a'.repeat(255)])('is its X-Request-Id: %s', async (id) => {
    const { app, events } = setUp()
    const response = await app.request('/media', post(png, { 'x-request-id': id }))
    expect([response.status, response.headers.get('x-request-id')]).toEqual([201, id])
    expect(new Set(events.map((event) => event.requestId))).toEqual(new Set([id]))
  })

  it.each(['', 'a b', 'a.b', 'ä', '<script>', 'a'.repeat(256)])('is a new one instead of %j', async (id) => {
    const { app, events } = setUp()
    const response = await app.request('/media/status/1', { headers: { 'x-request-id': encodeURI(id) } })
    const named = response.headers.get('x-request-id')
    expect(named).toMatch(UUID)
    expect(events).toMatchObject([{ type: 'refused', requestId: named }])
  })

  it('is that of hono/request-id, where the app runs it', async () => {
    const { options } = setUp()
    const app = new Hono()
      .use(requestId({ headerName: 'X-Trace', generator: () => 'own' }))
      .post('/posts', xMediaUpload(options), (c) => c.text('posted'))
    const { headers } = await app.request('/posts', post(png, { 'content-type': 'text/html', 'x-request-id': 'r1' }))
    expect(headers.get('x-request-id')).toBe('own')
  })

  it('may be read by pages of allowed origins', async () => {
    const { app } = setUp({ http: { origins: ['https://app.example'] } })
    const { headers } = await app.request('/media/status/1', { headers: { origin: 'https://app.example' } })
    expect(headers.get('access-control-expose-headers')).toMatch(/\bX-Request-Id\b/)
  })
})

describe('a refusal before INIT is an event', () => {
  const REFUSALS: [string, Partial<XMediaOptions>, Record<string, string>, object][] = [
    ['of an origin', {}, { origin: 'https://page.example' }, { code: 'origin_not_allowed' }],
    ['of a stranger', { authorize: () => null }, {}, { code: 'unauthorized' }],
    ['of a type', {}, { 'content-type': 'text/html' }, { code: 'unsupported_media_type', subject: 'u1' }],
    ['of a size', { limits: { uploadBytes: 100 } }, {}, { code: 'too_large', subject: 'u1' }],
    ['by authorize itself', { authorize: () => Promise.reject(new Error('no database')) }, {}, { code: 'app_error' }],
  ]

  it.each(REFUSALS)('%s', async (_, changes, headers, members) => {
    const { app, events } = setUp(changes)
    const before = emulator.requests().counts.initialize
    await app.onError((_, c) => c.text('', 500)).request('/media', post(png, { 'x-request-id': 'r1', ...headers }))
    expect(events).toEqual([
      {
        ...{ type: 'refused', at: expect.any(Number), requestId: 'r1', subject: undefined },
        ...{ cause: expect.stringMatching(/\S/), ...members },
      },
    ])
    expect(emulator.requests().counts.initialize).toBe(before)
  })

  it('over X’s own API too, in X’s words', async () => {
    const { app, events } = setUp({ compat: true })
    await app.request('/media/2/media/upload?media_id=x', { headers: { 'x-request-id': 'r1' } })
    expect(events).toMatchObject([
      { type: 'refused', code: 'invalid_parameter', cause: expect.stringContaining('media_id') },
    ])
  })
})

it('an event shows no secret that an error of the app quotes', async () => {
  const { app, events } = setUp({
    authorize(c) {
      throw new Error(`cannot find ${c.req.header('authorization')}`, { cause: new Error(`at ${c.req.url}`) })
    },
  })
  const headers = { authorization: 'Bearer correct horse battery' }
  await app.onError((_, c) => c.text('', 500)).request('/media/status/1?ticket=planted', { headers })
  expect(events).toMatchObject([
    { type: 'refused', code: 'app_error', cause: '… Cause: Error: at http://localhost/media/status/1…' },
  ])
  expect(JSON.stringify(events)).not.toMatch(/horse|battery|planted/)
})

it('a failed upload is one event, with its cause', async () => {
  const x = { retry: { retries: 0 }, fetch: () => Promise.reject(new TypeError('fetch failed')) }
  const { app, events } = setUp({ x })
  await app.request('/media', post(png, { 'x-request-id': 'r1' }))
  expect(events).toMatchObject([
    {
      ...{ type: 'failed', code: 'x_unavailable', requestId: 'r1', subject: 'u1' },
      cause: 'X could not be reached. Cause: TypeError: fetch failed.',
    },
  ])
})

it('a retry says why', async () => {
  let calls = 0
  const x: XMediaOptions['x'] = {
    retry: { backoffMs: 0 },
    fetch: async (url, init) =>
      calls++ === 0 ? new Response(null, { status: 503 }) : await emulator.app.request(url, init),
  }
  const { app, events } = setUp({ x })
  expect((await app.request('/media', post(png))).status).toBe(201)
  expect(events[0]).toMatchObject({ type: 'retry', code: 'x_unavailable', cause: 'X is unavailable (503).' })
})

it('a file that is refused among photos that X takes is an event, and its answer has the id too', async () => {
  const { app, events } = setUp()
  const body = bytesOf(formText([photo(1000), file(png, 'text/html')]))
  const response = await app.request('/media', { method: 'POST', headers: { ...FORM, 'x-request-id': 'r1' }, body })
  expect([response.status, response.headers.get('x-request-id')]).toEqual([207, 'r1'])
  expect(events.filter(({ type }) => type === 'finalized' || type === 'refused')).toMatchObject([
    { type: 'finalized', requestId: 'r1' },
    { type: 'refused', code: 'unsupported_media_type', requestId: 'r1' },
  ])
})
