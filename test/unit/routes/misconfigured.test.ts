import { Hono } from 'hono'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type XMediaOptions, xMedia, xMediaUpload } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { compatClient, json, VIDEO } from '../../support/compat-calls.ts'

const KEY = 'a good key of at least thirty-two bytes'
const BAD_KEYS: [string | string[] | undefined, string][] = [
  [undefined, 'undefined'],
  ['a key that is too short', '23 bytes'],
  [[KEY, 'too short'], '[39 bytes, 9 bytes]'],
  [[], '[]'],
]

const PROBLEM = {
  type: 'urn:hono-x-media:misconfigured',
  title: 'Server misconfigured',
  status: 500,
  detail: 'This server is not set up correctly. Its log says what is wrong.',
  code: 'misconfigured',
}
const PROBLEM_OF_X = {
  title: 'Internal Server Error',
  type: 'about:blank',
  status: 500,
  detail: 'Internal Server Error',
}

let key: string | string[] | undefined
let logged: string[]
beforeEach(() => {
  key = undefined
  logged = []
})

const ours: Partial<XMediaOptions> = { secret: () => key, log: (line) => logged.push(line) }

/** The routes of the package, and one of the app's own. */
function createApp(options: XMediaOptions): Hono {
  return new Hono()
    .route('/media', describedMedia(options))
    .post('/posts', xMediaUpload(options), (c) => c.text('posted'))
}

/** A request with an id that the log names. */
const named = (init: RequestInit): RequestInit => {
  const headers = new Headers(init.headers)
  headers.set('x-request-id', 'r1')
  return { ...init, headers }
}

const TUS = { 'tus-resumable': '1.0.0' }
const CHUNK = { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
const FILE = `/media/files/${'0'.repeat(32)}`
const CREATION = { ...TUS, 'upload-length': '5000', 'upload-metadata': `filetype ${btoa('image/png')}` }
/** Every kind of request, each with its status where nothing is wrong. */
const REQUESTS: [string, string, number, RequestInit][] = [
  ['POST', '/media', 201, post(png)],
  ['GET', '/media/status/1?ticket=t', 404, {}],
  ['GET', '/media/openapi.json', 200, {}],
  ['OPTIONS', '/media/files', 204, {}],
  ['POST', '/media/files', 201, { headers: CREATION }],
  ['GET', FILE, 404, { headers: TUS }],
  ['PATCH', FILE, 404, { headers: CHUNK }],
  ['DELETE', FILE, 404, { headers: TUS }],
  ['POST', '/posts', 200, post(png)],
]
const REQUESTS_OF_X: [string, string, number, RequestInit][] = [
  ['POST', '/upload/initialize', 200, json(VIDEO)],
  ['POST', '/upload/1/finalize', 400, {}],
  ['GET', '/upload?media_id=1', 400, {}],
  ['DELETE', '/subtitles', 400, {}],
  ['POST', '/nowhere', 404, {}],
]

describe.each(BAD_KEYS)('while the function secret returns %j', (badKey, what) => {
  const line = `hono-x-media: secret must be a string of at least 32 bytes, or a list of such strings; the function returned ${what}. (request r1)`

  it.each(REQUESTS)(
    'responds to %s %s with 500, logs why, and recovers with a good key',
    async (method, path, status, init) => {
      const app = createApp(optionsWith(ours))
      key = badKey
      const refused = await app.request(path, named({ ...init, method }))
      expect([refused.status, await refused.json()]).toEqual([500, PROBLEM])
      expect(logged).toEqual([line])
      key = KEY
      expect((await app.request(path, { ...init, method })).status).toBe(status)
      expect(logged).toEqual([line])
    },
  )

  it.each(REQUESTS_OF_X)('responds to %s /2/media%s with 500 in X’s shape', async (method, path, status, init) => {
    const ask = compatClient(ours)
    key = badKey
    const refused = await ask(method, path, named(init))
    expect([refused.status, await refused.json()]).toEqual([500, PROBLEM_OF_X])
    expect(logged).toEqual([line])
    key = KEY
    expect((await ask(method, path, init)).status).toBe(status)
    expect(logged).toEqual([line])
  })

  it('refuses an upload before INIT, even if the key was good before', async () => {
    const app = createApp(optionsWith(ours))
    key = KEY
    expect((await app.request('/media', post(png))).status).toBe(201)
    const uploads = emulator.uploads().length
    key = badKey
    expect(await codeOf(app.request('/media', named(post(png))))).toEqual([500, 'misconfigured'])
    expect(emulator.uploads()).toHaveLength(uploads)
    expect(logged).toEqual([line])
  })
})

it('responds with 500 while the function secret throws, and logs the error', async () => {
  const secret = () => {
    throw new Error('no key store')
  }
  const app = createApp(optionsWith({ ...ours, secret }))
  for (const path of ['/media/openapi.json', '/media/status/1']) {
    expect(await codeOf(app.request(path, named({})))).toEqual([500, 'misconfigured'])
  }
  expect(logged).toEqual(['hono-x-media: The function secret threw. Cause: Error: no key store. (request r1)'])
})

it.each(['/media', '/media/2/media/upload', '/posts'])(
  'lets a page of an allowed origin read the 500 of %s',
  async (path) => {
    const options = optionsWith({ ...ours, compat: true, http: { origins: ['https://app.example'] } })
    const app = new Hono()
      .route('/media', xMedia(options))
      .on(['POST', 'OPTIONS'], '/posts', xMediaUpload(options), (c) => c.text('posted'))
    const page = { origin: 'https://app.example' }
    const preflight = { method: 'OPTIONS', headers: { ...page, 'access-control-request-method': 'POST' } }
    expect((await app.request(path, preflight)).status).toBe(204)
    const { status, headers } = await app.request(path, post(png, page))
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      500,
      page.origin,
      'Origin',
    ])
  },
)

describe('while authorize returns an empty subject', () => {
  const nobody: Partial<XMediaOptions> = { ...ours, authorize: async () => ({ subject: '' }) }
  const line = 'hono-x-media: authorize must return a subject that is a non-empty string. (request r1)'
  beforeEach(() => {
    key = KEY
  })

  const needsNoSignIn = ([method, path]: (typeof REQUESTS)[number]) =>
    method === 'OPTIONS' || path === '/media/openapi.json'

  it.each(REQUESTS.filter((request) => !needsNoSignIn(request)))(
    'responds to %s %s with 500, and logs why',
    async (method, path, _, init) => {
      const refused = await createApp(optionsWith(nobody)).request(path, named({ ...init, method }))
      expect([refused.status, await refused.json()]).toEqual([500, PROBLEM])
      expect(logged).toEqual([line])
    },
  )

  it.each(REQUESTS_OF_X)('responds to %s /2/media%s with 500 in X’s shape', async (method, path, _, init) => {
    const refused = await compatClient(nobody)(method, path, named(init))
    expect([refused.status, await refused.json()]).toEqual([500, PROBLEM_OF_X])
    expect(logged).toEqual([line])
  })
})

it('logs with console.error by default', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => error.mockRestore())
  const { log: _, ...options } = optionsWith({ secret: () => key })
  await createApp(options).request('/media/openapi.json')
  expect(error.mock.calls).toEqual([[expect.stringMatching(/^hono-x-media: secret must be a string/)]])
})

it('responds with 500 while authorize returns an unknown limit, instead of lifting it', async () => {
  key = KEY
  // As an app in plain JavaScript could write it.
  const limits: object = { maxBytes: 1 }
  const app = createApp(optionsWith({ ...ours, authorize: () => ({ subject: 'u1', limits }) }))
  expect(await codeOf(app.request('/media', named(post(png))))).toEqual([500, 'misconfigured'])
  expect(logged).toEqual([
    'hono-x-media: authorize returned the unknown limit maxBytes; known limits are uploadBytes, uploads, quota. (request r1)',
  ])
})
