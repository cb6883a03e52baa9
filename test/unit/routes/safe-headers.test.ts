import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { type XMediaOptions, xMedia, xMediaUpload } from '../../../src/index.ts'
import { base, optionsWith, png, post } from '../../support/app.ts'
import { json } from '../../support/compat-calls.ts'
import { CHUNK, CREATION, DRAFT_CREATION, TUS } from '../../support/resumable.ts'

const PAGE = 'https://app.example'

function appWith(changes: Partial<XMediaOptions> = {}): Hono {
  const options = optionsWith({ compat: true, http: { origins: [PAGE] }, ...changes })
  return new Hono().route('/media', xMedia(options)).route('/:tenant/media', xMedia(options))
}

const app = appWith()
const uploaded = await app.request('/media', post(png))
const status = uploaded.headers.get('location') ?? ''
const created = await app.request('/media/files', { method: 'POST', headers: CREATION })
const file = `/media/${created.headers.get('location')}`
const unknown = `/media/files/${'0'.repeat(32)}`
const preflight = { origin: PAGE, 'access-control-request-method': 'POST' }

const ANSWERS: [number, string, RequestInit][] = [
  [201, '/media', post(png)],
  [200, status, {}],
  [200, status, { method: 'HEAD' }],
  [200, status, { headers: { accept: 'text/event-stream' } }],
  [200, status, { method: 'HEAD', headers: { accept: 'text/event-stream' } }],
  [204, status, { headers: { accept: 'text/event-stream', 'last-event-id': 'succeeded' } }],
  [204, status, { method: 'OPTIONS' }],
  [204, '/media', { method: 'OPTIONS', headers: preflight }],
  [403, '/media', post(png, { origin: 'https://other.example' })],
  [404, '/media/status/1?ticket=t', {}],
  [404, '/media/nope', {}],
  [404, '/media/nope', { method: 'HEAD' }],
  [405, '/media', { method: 'PATCH' }],
  [411, '/media', { method: 'POST', body: '', headers: { 'content-type': 'image/png' } }],
  [415, '/media', post(png, { 'content-type': 'text/html' })],
  [201, '/media/files', { method: 'POST', headers: CREATION }],
  [201, '/media/files', { method: 'POST', headers: DRAFT_CREATION }],
  [204, '/media/files', { method: 'OPTIONS' }],
  [200, file, { method: 'HEAD', headers: TUS }],
  [409, file, { method: 'PATCH', body: 'a', headers: { ...CHUNK, 'upload-offset': '5' } }],
  [412, file, { method: 'HEAD', headers: { ...TUS, 'tus-resumable': '2.0.0' } }],
  [404, unknown, { method: 'DELETE', headers: TUS }],
  [200, '/media/2/media/upload/initialize', { ...json({ media_type: 'image/png', total_bytes: 9 }), method: 'POST' }],
  [400, '/media/2/media/upload/initialize', { ...json({}), method: 'POST' }],
  [400, '/media/2/media/upload?command=STATUS&media_id=1', {}],
  [404, '/media/2/media/nope', {}],
  [405, '/media/2/media/upload', { method: 'PUT' }],
]

it.each(ANSWERS)('keeps a %i of %s out of caches, and from being sniffed', async (expected, path, init) => {
  const response = await app.request(path, init)
  await response.body?.cancel()
  expect(response.status).toBe(expected)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
})

it('gives its headers to the app’s own answer to an error, and to the errors of the middleware', async () => {
  const authorize = () => {
    throw new Error('no database')
  }
  const failing = new Hono()
    .route('/media', xMedia({ ...base, authorize }))
    .onError((error, c) => c.text(error.message, 500))
  const failed = await failing.request('/media', post(png))
  const middleware = new Hono().post('/posts', xMediaUpload({ ...base, authorize: () => null }), (c) =>
    c.text('posted'),
  )
  const refused = await middleware.request('/posts', post(png))
  expect([failed.status, refused.status]).toEqual([500, 401])
  for (const { headers } of [failed, refused]) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

it.each([undefined, PAGE])('lets caches keep openapi.json for a while, for each origin: %s', async (origin) => {
  const response = await app.request('/media/openapi.json', { headers: origin === undefined ? {} : { origin } })
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('max-age=300')
  expect(response.headers.get('vary')).toBe('Origin')
  expect(response.headers.get('access-control-allow-origin')).toBe(origin ?? null)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
})

const LONG = '<script>'.repeat(1000)
const LONG_TOKEN = 'a'.repeat(8000)
const longForm = () => {
  const form = new FormData()
  form.append(LONG, '1')
  form.append(LONG, '2')
  form.append('media', new Blob([png], { type: 'image/png' }), 'file')
  return form
}
const COMPAT = '/media/2/media'
const REFLECTED: [string, string, RequestInit][] = [
  ['a path', `/media/${encodeURIComponent(LONG)}`, {}],
  ['the path of a mount', `/${encodeURIComponent(LONG)}/media/nope`, {}],
  ['a method', '/media', { method: LONG_TOKEN }],
  ['a query parameter', `/media?media_category=${encodeURIComponent(LONG)}`, post(png)],
  ['a media type', '/media', post(png, { 'content-type': `text/${LONG_TOKEN}` })],
  ['an origin', '/media', post(png, { origin: `https://${LONG_TOKEN}` })],
  ['a content encoding', '/media', post(png, { 'content-encoding': LONG_TOKEN })],
  ['the name of a query parameter in X’s API', `${COMPAT}/metadata?${encodeURIComponent(LONG)}`, { method: 'POST' }],
  ['a repeated query parameter in X’s API', `${COMPAT}/upload?${`${LONG_TOKEN}&`.repeat(2)}`, { method: 'POST' }],
  [
    'many values in X’s API',
    `${COMPAT}/metadata?${Array.from({ length: 1000 }, () => 'a=aaaaaaaaaaaaaaa').join('&')}`,
    { method: 'POST' },
  ],
  ['an id in X’s API', `${COMPAT}/upload/${encodeURIComponent(LONG)}/append`, { method: 'POST' }],
  [
    'many members in X’s API',
    `${COMPAT}/upload/initialize`,
    { ...json(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`<b>${index}`, 1]))), method: 'POST' },
  ],
  ['a field that a form has twice, in X’s API', `${COMPAT}/upload`, { method: 'POST', body: longForm() }],
]

it.each(REFLECTED)('sends back a bounded part of %s, as JSON', async (_, path, init) => {
  const response = await app.request(path, init)
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const text = await response.text()
  expect(text.length).toBeLessThan(8000)
  expect(JSON.parse(text)).toMatchObject({ status: response.status })
})
