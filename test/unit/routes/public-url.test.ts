import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type XMediaOptions, xMediaUpload } from '../../../src/index.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { compatClient, errorOf, form, json, VIDEO } from '../../support/compat-calls.ts'
import { CHUNK, CREATION } from '../../support/resumable.ts'

const createApp = (options: XMediaOptions = base) =>
  new Hono().route('/media', describedMedia(options)).post('/posts', xMediaUpload(options), (c) => c.text('posted'))

/** A request as runtimes make it of a `Host` that no URL can have. */
function withUrl(url: string, init: RequestInit): Request {
  return new Proxy(new Request('http://localhost/', init), {
    get(target, name) {
      const value: unknown = name === 'url' ? url : Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('an invalid host', () => {
  it.each(['http://a b', 'http://[::', 'http://x:99999999', 'http://%%', 'http://999.999.1.1'])(
    'is refused before the body is read: %s',
    async (origin) => {
      const uploads = emulator.uploads().length
      for (const [path, init] of [
        ['/media', post(png)],
        ['/media', { ...post(png), method: 'PUT' }],
        ['/media', { method: 'POST', ...form(['media', new File([png], 'a.png', { type: 'image/png' })]) }],
        ['/posts', post(png)],
        ['/media/files', { method: 'POST', headers: CREATION }],
        [`/media/files/${'a'.repeat(32)}`, { method: 'PATCH', headers: CHUNK, body: png }],
      ] as const) {
        const request = withUrl(origin + path, init)
        expect(await codeOf(createApp().fetch(request))).toEqual([400, 'invalid_host'])
        expect(request.bodyUsed).toBe(false)
      }
      expect(emulator.uploads()).toHaveLength(uploads)
    },
  )

  it.each(['a/b', 'a?b', 'a#b', 'user@a', 'a\\b', 'a b', 'a, b'])(
    'is refused where it is one in a URL: %s',
    async (host) => {
      expect(await codeOf(createApp().request('/media', post(png, { host })))).toEqual([400, 'invalid_host'])
    },
  )

  it('is refused in X’s shape below /2/media', async () => {
    const { headers, ...init } = json(VIDEO)
    const request = compatClient()('POST', '/upload/initialize', { ...init, headers: { ...headers, host: 'a/b' } })
    expect(await errorOf(request)).toEqual([400, expect.stringContaining('host')])
  })

  it.each(['localhost:8787', '[::1]:8787', 'A.Example', 'a_b', ''])('is none of these: %s', async (host) => {
    expect((await createApp().request('/media', post(png, { host }))).status).toBe(201)
  })
})

describe('the server’s own origin', () => {
  const logged: string[] = []
  /** The status of an upload that a page of `https://app.example` sends to `http://127.0.0.1:8787`. */
  async function send(headers: Record<string, string>, trustProxy = true): Promise<number> {
    const options = optionsWith({ http: { trustProxy }, log: (line) => logged.push(line) })
    const request = post(png, { origin: 'https://app.example', ...headers })
    return (await createApp(options).request('http://127.0.0.1:8787/media', request)).status
  }

  it.each([
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example' }],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example:443' }],
    [{ forwarded: 'for=1.2.3.4;proto=https;host=app.example' }],
    [{ 'x-forwarded-proto': 'https', forwarded: 'proto=http;host=app.example' }],
  ])('is what a trusted proxy says, and nothing that anybody else says: %j', async (headers) => {
    expect([await send(headers), await send(headers, false)]).toEqual([201, 403])
  })

  it.each([
    [{}],
    [{ 'x-forwarded-proto': 'http', 'x-forwarded-host': 'app.example' }],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example.evil.example' }],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example', 'sec-fetch-site': 'cross-site' }],
  ])('is another one: %j', async (headers) => {
    expect(await send(headers)).toBe(403)
  })

  it.each(['a b', 'a/b', '[::', 'user@a'])('cannot be %s, and a proxy that says so is refused', async (host) => {
    expect([await send({ 'x-forwarded-host': host }), await send({ 'x-forwarded-host': host }, false)]).toEqual([
      400, 403,
    ])
  })

  it('counts as such when the browser says so, whatever the URL', async () => {
    expect(await send({ 'sec-fetch-site': 'same-origin' }, false)).toBe(201)
  })
})

describe('a refused page', () => {
  async function refuse(url: string, headers: Record<string, string>, http: XMediaOptions['http'] = {}) {
    const logged: string[] = []
    const app = createApp(optionsWith({ http, log: (line) => logged.push(line) }))
    const response = await app.request(url, post(png, headers))
    expect(await codeOf(response.clone())).toEqual([403, 'origin_not_allowed'])
    const { detail } = await response.json()
    return { detail, logged, app }
  }
  const page = { origin: 'https://app.example' }

  it('without an origin of its own is told of no option, and neither is the log', async () => {
    const { detail, logged } = await refuse('http://app.example/media', { origin: 'null' })
    expect(detail).toBe('Pages without an origin of their own, such as sandboxed ones, may not upload here.')
    expect(logged).toEqual([expect.not.stringContaining('http.')])
  })

  it('is told which options would let it in, and so is the log, once a minute', async () => {
    const clock = useFakeClock()
    const { detail, logged, app } = await refuse('http://app.example/media', page)
    expect(detail).toBe(
      'Pages of "https://app.example" may not upload here. If they should, add their origin to http.origins, or set ' +
        'http.trustProxy if a proxy in front ends TLS or changes the host.',
    )
    expect(logged).toEqual([
      expect.stringContaining(
        `hono-x-media: ${detail} To this server, its own origin is http://app.example. (request `,
      ),
    ])
    for (let index = 0; index < 200; index++) {
      await app.request('http://app.example/media', post(png, { origin: `https://${index}.example` }))
    }
    expect(logged).toHaveLength(1)
    await clock.advance(60_000)
    await app.request('http://app.example/media', post(png, page))
    expect(logged).toEqual([expect.anything(), expect.stringContaining(' (200 more since 20')])
  })

  it.each([
    ['the proxy is trusted already', page, { trustProxy: true }],
    ['the browser says that it is foreign', { ...page, 'sec-fetch-site': 'same-site' }, {}],
  ])('is not sent to http.trustProxy when %s', async (_, headers, http) => {
    const { detail, logged } = await refuse('http://app.example/media', headers, http)
    expect(detail).toContain('http.origins')
    expect(detail).not.toContain('http.trustProxy')
    expect(logged).toEqual([expect.stringContaining(detail)])
  })

  it('of which only the site is known is in the log too', async () => {
    const { detail, logged } = await refuse('http://app.example/media', { 'sec-fetch-site': 'cross-site' })
    expect(detail).toMatch(/^Pages of another origin may not upload here\. /)
    expect(logged).toEqual([expect.stringContaining(detail)])
  })
})
