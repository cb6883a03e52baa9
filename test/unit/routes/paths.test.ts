import { Hono } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import { PatternRouter } from 'hono/router/pattern-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'
import { describe, expect, it } from 'vitest'
import { type XMediaOptions, xMedia } from '../../../src/index.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { compatClient, json, VIDEO } from '../../support/compat-calls.ts'
import { CREATION, TUS } from '../../support/resumable.ts'

const ID = '0'.repeat(32)

const createApp = (options: XMediaOptions = base) => new Hono().route('/media', describedMedia(options))

const methods = (response: Response) => response.headers.get('allow')?.split(', ').toSorted().join(' ')

it('PUT on the mount uploads a file, as POST does', async () => {
  const response = await createApp().request('/media', { ...post(png), method: 'PUT' })
  expect(response.status, await response.clone().text()).toBe(201)
  expect(response.headers.get('location')).toMatch(/^\/media\/status\/\d+\?ticket=/)
  const { data } = await response.json()
  expect(await emulator.upload(data.id)).toMatchObject({ finalized: true, size: png.length })
})

describe('a slash at the end of a path changes nothing', () => {
  const requests: [string, string, number, RequestInit][] = [
    ['POST', '/media/', 201, post(png)],
    ['PUT', '/media/', 201, post(png)],
    ['GET', '/media/openapi.json/', 200, {}],
    ['GET', '/media/status/1/?ticket=t', 404, {}],
    ['OPTIONS', '/media/files/', 204, {}],
    ['POST', '/media/files/', 201, { headers: CREATION }],
    ['GET', `/media/files/${ID}/`, 404, { headers: TUS }],
    ['POST', '/media/2/media/upload/', 400, {}],
    ['POST', '/media/2/media/upload/initialize/', 200, json(VIDEO)],
    ['GET', '/media/2/media/upload/?media_id=1', 400, {}],
    ['DELETE', '/media/2/media/subtitles/', 400, {}],
  ]
  const routers: [string, () => Hono][] = [
    ['RegExpRouter', () => new Hono({ router: new RegExpRouter() })],
    ['TrieRouter', () => new Hono({ router: new TrieRouter() })],
    ['PatternRouter', () => new Hono({ router: new PatternRouter() })],
    ['LinearRouter', () => new Hono({ router: new LinearRouter() })],
  ]

  it.each(requests)('%s %s has the status %i', async (method, path, status, init) => {
    for (const strict of [true, false]) {
      const app = new Hono({ strict }).route('/media', xMedia({ ...base, compat: true }))
      for (const url of [path, path.replace(/\/(?=\?|$)/, '')]) {
        const response = await app.request(url, { ...init, method })
        expect([url, response.status, await response.text()]).toEqual([url, status, expect.anything()])
      }
    }
  })

  it.each(routers)('whichever router the app has: %s', async (_, createHono) => {
    const app = createHono().route('/media', xMedia(base))
    for (const [method, path, status, init] of requests.filter(([, path]) => !path.startsWith('/media/2/'))) {
      expect((await app.request(path, { ...init, method })).status, `${method} ${path}`).toBe(status)
    }
  })

  it('but two slashes are another path', async () => {
    expect(await codeOf(createApp().request('/media//', post(png)))).toEqual([404, 'not_found'])
    expect(await codeOf(createApp().request('/media/files//', { method: 'POST', headers: CREATION }))).toEqual([
      404,
      'not_found',
    ])
  })
})

describe('a method that a path does not have', () => {
  const cases: [string, string, string][] = [
    ['GET', '/media', 'OPTIONS POST PUT'],
    ['DELETE', '/media/', 'OPTIONS POST PUT'],
    ['PROPFIND', '/media', 'OPTIONS POST PUT'],
    ['POST', '/media/openapi.json', 'GET HEAD OPTIONS'],
    ['PATCH', '/media/status/1', 'GET HEAD OPTIONS'],
    ['GET', '/media/files', 'OPTIONS POST'],
    ['PUT', `/media/files/${ID}`, 'DELETE GET HEAD OPTIONS PATCH POST'],
    ['POST', `/media/files/${ID}`, 'DELETE GET HEAD OPTIONS PATCH'],
  ]

  it.each(cases)('is refused with what Allow lists: %s %s', async (method, path, allowed) => {
    const response = await createApp().request(path, { method })
    expect(methods(response)).toBe(allowed)
    const { detail, ...problem } = await response.json()
    expect(problem).toEqual({
      type: 'urn:hono-x-media:method_not_allowed',
      title: 'Method not allowed',
      status: 405,
      code: 'method_not_allowed',
    })
    expect(detail).toMatch(new RegExp(`^${method} is not allowed here\\. Use [A-Z, ]+\\.$`))
  })

  it('is refused without a body when it is HEAD', async () => {
    const response = await createApp().request('/media', { method: 'HEAD' })
    expect([response.status, methods(response), await response.text()]).toEqual([405, 'OPTIONS POST PUT', ''])
  })

  it('is refused in X’s shape below /2/media', async () => {
    const response = await compatClient()('DELETE', '/upload')
    expect([response.status, methods(response)]).toEqual([405, 'GET HEAD OPTIONS POST'])
    expect(await response.json()).toEqual({
      title: 'Method Not Allowed',
      type: 'about:blank',
      status: 405,
      detail: expect.stringMatching(/^DELETE is not allowed here\. Use /),
    })
  })

  it('is refused as not signed in before anything else', async () => {
    const app = createApp({ ...base, authorize: () => null })
    expect(await codeOf(app.request('/media', { method: 'DELETE' }))).toEqual([401, 'unauthorized'])
  })
})

describe('OPTIONS', () => {
  it.each([
    ['/media', 'OPTIONS POST PUT'],
    ['/media/', 'OPTIONS POST PUT'],
    ['/media/status/1', 'GET HEAD OPTIONS'],
    ['/media/2/media/subtitles', 'DELETE OPTIONS POST'],
  ])('lists the methods of %s', async (path, allowed) => {
    const app = new Hono().route('/media', xMedia({ ...base, compat: true }))
    const response = await app.request(path, { method: 'OPTIONS' })
    expect([response.status, methods(response)]).toEqual([204, allowed])
  })

  it('does not find an unknown path', async () => {
    expect(await codeOf(createApp().request('/media/nowhere', { method: 'OPTIONS' }))).toEqual([404, 'not_found'])
  })
})

describe('an unknown path', () => {
  const detailOf = async (response: Response) => {
    const { status, code, detail } = await response.json()
    return [status, code, detail]
  }

  it.each([
    ['/media', '/media/nowhere', {}, '/media'],
    ['/media', '/media/video.mp4', {}, '/media'],
    ['/', '/nowhere', {}, '/'],
    ['/a/:b/media', '/a/b%20c/media/files/x/y', {}, '/a/b%20c/media'],
    ['/media', '/media/nowhere', { mountPath: '/public/' }, '/public'],
    ['/media', '/media/nowhere', { mountPath: () => '/by/function' }, '/by/function'],
  ])('below a mount at %s is told where uploads go: %s', async (mount, path, http, uploads) => {
    const app = new Hono().route(mount, describedMedia(optionsWith({ http })))
    for (const method of ['GET', 'POST', 'PUT']) {
      expect(await detailOf(await app.request(path, { method }))).toEqual([
        404,
        'not_found',
        `No such route. Uploads go to POST ${uploads}.`,
      ])
    }
  })

  it('below /2/media is told so in X’s shape', async () => {
    const response = await compatClient({ http: { mountPath: '/public' } })('POST', '/uploads')
    expect(await response.json()).toEqual({
      title: 'Not Found',
      type: 'about:blank',
      status: 404,
      detail: 'No such route. Uploads go to POST /public/2/media/upload.',
    })
    const own = await compatClient()('POST', '/uploads/')
    expect((await own.json()).detail).toBe('No such route. Uploads go to POST /media/2/media/upload.')
  })

  it('is not taken for media that somebody else has', async () => {
    expect(await detailOf(await createApp().request('/media/status/1?ticket=t'))).toEqual([
      404,
      'not_found',
      'No such upload or media, or it belongs to someone else.',
    ])
  })
})
