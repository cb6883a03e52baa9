import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { memoryStore, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { codeOf, optionsWith } from '../../support/app.ts'
import {
  append,
  appWith,
  CHUNK,
  CREATION,
  create,
  createByDraft,
  file,
  head,
  sendDraft,
  TUS,
  USER,
} from '../../support/resumable.ts'

const UNKNOWN = `/media/files/${'0'.repeat(32)}`
const PAGE = { origin: 'https://other.example' }

describe('Tus-Resumable is on every response below /files', () => {
  const refusals: [string, number, string, string, Record<string, string>, Partial<XMediaOptions>][] = [
    ['without a sign-in', 401, 'POST', '/media/files', CREATION, { authorize: () => null }],
    ['from a page of another origin', 403, 'POST', '/media/files', { ...CREATION, ...PAGE }, { log() {} }],
    ['of an unknown upload', 404, 'GET', UNKNOWN, TUS, {}],
    ['of a malformed id', 404, 'GET', '/media/files/1', TUS, {}],
    ['below an upload', 404, 'GET', `${UNKNOWN}/1`, TUS, {}],
    ['with a method that the path lacks', 405, 'PUT', '/media/files', TUS, {}],
    ['with a parameter that X would refuse', 400, 'POST', '/media/files?media_category=x', CREATION, {}],
    ['without a length', 400, 'POST', '/media/files', TUS, {}],
    ['without a protocol', 412, 'PATCH', UNKNOWN, USER, {}],
    ['to a server without a key', 500, 'POST', '/media/files', CREATION, { secret: () => undefined, log() {} }],
    ['with an invalid host', 400, 'POST', '/media/files', { ...CREATION, host: 'a b' }, {}],
  ]
  it.each(refusals)('a request %s, which is refused with %i', async (_, status, method, path, headers, options) => {
    const response = await appWith(options).request(path, { method, headers })
    expect(response.status, await response.clone().text()).toBe(status)
    expect(response.headers.get('tus-resumable')).toBe('1.0.0')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('a request that a function of the app fails', async () => {
    const options = optionsWith({
      authorize() {
        throw new Error('no database')
      },
    })
    const app = new Hono().route('/media', xMedia(options)).onError((_, c) => c.text('sorry', 500))
    const response = await app.request('/media/files', { method: 'POST', headers: CREATION })
    expect([response.status, await response.text()]).toEqual([500, 'sorry'])
    expect(response.headers.get('tus-resumable')).toBe('1.0.0')
  })

  it('but not on those of other routes', async () => {
    const response = await appWith().request('/media/status/1?ticket=t')
    expect([response.status, response.headers.has('tus-resumable')]).toEqual([404, false])
  })
})

describe('a request of the draft gets no Tus-Resumable', () => {
  it.each([
    ['Upload-Complete', { 'upload-complete': '?0' }],
    ['an interop version', { 'upload-draft-interop-version': '8' }],
  ])('when it is refused, with %s', async (_, headers) => {
    const app = appWith({ authorize: () => null })
    const response = await app.request('/media/files', { method: 'POST', headers })
    expect([response.status, response.headers.has('tus-resumable')]).toEqual([401, false])
  })

  it.each(['HEAD', 'DELETE'])(
    'when it is a %s without headers of a protocol, of an upload by the draft',
    async (method) => {
      const app = appWith()
      const path = await createByDraft(app)
      const response = await app.request(path, { method, headers: USER })
      expect([response.status, response.headers.has('tus-resumable')]).toEqual([method === 'HEAD' ? 200 : 204, false])
      if (method === 'HEAD') expect(response.headers.get('upload-limit')).toMatch(/^max-size=/)
    },
  )

  it('unless the record of the upload does not say what created it, as in 0.1.0', async () => {
    const store = memoryStore()
    const app = appWith({ store })
    const path = await createByDraft(app)
    const key = `session:${path.split('/').at(-1)}`
    const text = (await store.get(key)) ?? ''
    const older = text.replace('"protocol":"ietf",', '')
    expect(older).not.toBe(text)
    expect(await store.compareAndSwap(key, text, older, Date.now() + 3_600_000)).toBe(true)
    expect((await head(app, path, USER)).headers.get('tus-resumable')).toBe('1.0.0')
    expect(await codeOf(app.request(path, { method: 'DELETE', headers: USER }))).toEqual([412, 'unsupported_version'])
  })

  it('unless the upload is someone else’s, which looks like an unknown one', async () => {
    const app = appWith()
    const path = await createByDraft(app)
    const [foreign, unknown] = await Promise.all(
      [path, UNKNOWN].map((at) => app.request(at, { headers: { 'x-demo-user': 'u2', 'x-request-id': 'r1' } })),
    )
    expect(foreign && [...foreign.headers]).toEqual(unknown && [...unknown.headers])
    expect(foreign?.headers.get('tus-resumable')).toBe('1.0.0')
  })
})

describe('DELETE without Tus-Resumable', () => {
  it.each([
    ['no header of a protocol', {}],
    ['an interop version of the draft', { 'upload-draft-interop-version': '8' }],
  ])('is refused for an upload by tus, with %s', async (_, headers) => {
    const app = appWith()
    const path = await create(app)
    const response = await app.request(path, { method: 'DELETE', headers: { ...USER, ...headers } })
    expect(response.headers.get('tus-version')).toBe('1.0.0')
    expect(await codeOf(response)).toEqual([412, 'unsupported_version'])
    expect((await head(app, path)).status).toBe(200)
  })

  it('deletes an upload by the draft, also after a chunk by tus', async () => {
    const app = appWith()
    const path = await createByDraft(app)
    expect((await append(app, path, [0, 6000])).headers.get('tus-resumable')).toBe('1.0.0')
    expect((await sendDraft(app, path, [6000, 9000], '?0')).status).toBe(204)
    const response = await app.request(path, { method: 'DELETE', headers: USER })
    expect(response.status).toBe(204)
    expect((await head(app, path)).status).toBe(404)
  })
})

describe('X-HTTP-Method-Override', () => {
  it.each(['PATCH', 'DELETE', 'HEAD'])('is refused on GET: %s', async (method) => {
    const app = appWith()
    const path = await create(app)
    const response = await app.request(path, { headers: { ...TUS, 'x-http-method-override': method } })
    expect(await codeOf(response)).toEqual([400, 'invalid_parameter'])
    expect((await head(app, path)).status).toBe(200)
  })

  it('HEAD gets no body, also with an error', async () => {
    const app = appWith()
    for (const [path, status] of [
      [await create(app), 200],
      [UNKNOWN, 404],
    ] as const) {
      const headers = { ...TUS, 'x-http-method-override': 'HEAD' }
      const response = await app.request(path, { method: 'POST', headers })
      expect([response.status, response.body, response.headers.get('content-type')]).toEqual([status, null, null])
      expect(response.headers.get('tus-resumable')).toBe('1.0.0')
    }
  })
})

describe('OPTIONS', () => {
  const pages: XMediaOptions['http'] = { origins: [PAGE.origin] }

  it.each(['/media/files', UNKNOWN])('of %s needs no sign-in', async (path) => {
    const response = await appWith({ authorize: () => null }).request(path, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-resumable': '1.0.0',
      'accept-patch': 'application/offset+octet-stream, application/partial-upload',
    })
  })

  it('by a page is a preflight only with Access-Control-Request-Method', async () => {
    const app = appWith({ http: pages })
    const ask = (headers: Record<string, string>) =>
      app.request('/media/files', { method: 'OPTIONS', headers: { ...PAGE, ...headers } })
    const preflight = await ask({ 'access-control-request-method': 'PATCH' })
    expect([preflight.status, preflight.headers.has('tus-version')]).toEqual([204, false])
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
    const question = await ask({})
    expect([question.status, question.headers.get('tus-version')]).toEqual([204, '1.0.0'])
    expect(question.headers.get('access-control-allow-origin')).toBe(PAGE.origin)
    expect(question.headers.get('access-control-expose-headers')).toContain('Tus-Version')
  })
})

describe('Location', () => {
  it('is also on a creation whose bytes do not match their checksum', async () => {
    const app = appWith()
    const response = await app.request('/media/files', {
      method: 'POST',
      body: file.slice(0, 5000),
      headers: { ...CREATION, ...CHUNK, 'content-length': '5000', 'upload-checksum': `sha1 ${btoa('x'.repeat(20))}` },
    })
    const location = response.headers.get('location') ?? ''
    expect(location).toMatch(/^files\/[0-9a-f]{32}$/)
    expect(await codeOf(response)).toEqual([460, 'checksum_mismatch'])
    expect((await append(app, `/media/${location}`, [0, 5000])).headers.get('upload-offset')).toBe('5000')
  })
})
