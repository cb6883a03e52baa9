import { fileTypeFromBuffer } from 'file-type'
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { describe, expect, it } from 'vitest'
import { type InspectedFile, xMediaUpload } from '../../../src/index.ts'
import type { HttpOptions } from '../../../src/options.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'
import { readMediaFixture } from '../../support/media-fixtures.ts'

describe('inspect', () => {
  it('gets the first bytes and the file’s data before INIT, and its string refuses the file', async () => {
    const seen: [number, Omit<InspectedFile, 'c'>][] = []
    const app = describedMedia({
      ...base,
      inspect(head, { c: _, ...file }) {
        seen.push([head.length, file])
        return file.totalBytes > 5000 ? 'No pictures of that size here.' : undefined
      },
    })
    expect((await app.request('/', post(png, { 'content-type': 'image/x-png' }))).status).toBe(201)
    const uploads = emulator.uploads().length
    const refused = await app.request('/', post(sampleFile('image/png', 5001)))
    expect(await refused.json()).toMatchObject({
      status: 422,
      code: 'content_refused',
      detail: 'No pictures of that size here.',
    })
    expect(emulator.uploads()).toHaveLength(uploads)
    expect(seen[0]).toEqual([
      4100,
      {
        ...{ mediaType: 'image/png', declaredType: 'image/x-png', category: 'tweet_image' },
        ...{ totalBytes: 5000, principal: { subject: 'u1' } },
      },
    ])
  })

  it('can check more with the package file-type', async () => {
    const app = describedMedia({
      ...base,
      async inspect(head) {
        const found = await fileTypeFromBuffer(head)
        return found?.mime === 'image/apng' ? 'Animated PNGs are not allowed here.' : undefined
      },
    })
    expect((await app.request('/', post(sampleFile('image/gif', 5000), { 'content-type': 'image/gif' }))).status).toBe(
      201,
    )
    const refused = await app.request('/', post(readMediaFixture('png-animated.png')))
    expect(await refused.json()).toMatchObject({
      code: 'content_refused',
      detail: 'Animated PNGs are not allowed here.',
    })
  })

  it('throws its errors to the app’s error handler', async () => {
    const app = new Hono()
      .route('/media', describedMedia({ ...base, inspect: () => Promise.reject(new Error('scanner down')) }))
      .onError((error, c) => c.text(error.message, 500))
    expect(await (await app.request('/media', post(png))).text()).toBe('scanner down')
  })
})

describe('origins', () => {
  const ask = async (http: HttpOptions, headers: Record<string, string>) => {
    const answer = await describedMedia(optionsWith({ http })).request('http://media.example/', post(png, headers))
    return [answer.status, answer.headers.get('access-control-allow-origin')]
  }
  const page = { origin: 'https://app.example' }

  it('are only the server’s own by default, so that no foreign form posts with a user’s cookies', async () => {
    expect(await ask({}, {})).toEqual([201, null])
    expect(await ask({}, { origin: 'http://media.example' })).toEqual([201, null])
    expect(await ask({}, { origin: 'https://proxied.example', 'sec-fetch-site': 'same-origin' })).toEqual([201, null])
    for (const headers of [
      page,
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { ...page, 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await ask({}, headers)).toEqual([403, null])
    }
  })

  it('in the list get CORS headers with credentials, and others are refused', async () => {
    const origins = ['https://app.example']
    expect(await ask({ origins }, page)).toEqual([201, 'https://app.example'])
    expect(await ask({ origins }, { origin: 'https://app.example.evil.example' })).toEqual([403, null])
    const preflight = await describedMedia({ ...base, http: { origins }, authorize: () => null }).request('/', {
      method: 'OPTIONS',
      headers: { ...page, 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
  })

  it('may use a route of the app’s own that also handles OPTIONS', async () => {
    const options = { ...base, http: { origins: ['https://app.example'] } }
    const app = new Hono().on(['POST', 'OPTIONS'], '/posts', xMediaUpload(options), (c) => c.text('posted'))
    const preflight = await app.request('/posts', {
      method: 'OPTIONS',
      headers: { ...page, 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, page.origin])
    expect(await (await app.request('/posts', post(png, page))).text()).toBe('posted')
  })

  it('may be all origins, but then without credentials', async () => {
    expect(await ask({ origins: '*' }, page)).toEqual([201, '*'])
  })

  it('must be valid', () => {
    for (const origin of ['app.example', 'https://app.example/', 'https://app.example/x', '*']) {
      expect(() => describedMedia({ ...base, http: { origins: [origin] } })).toThrow(TypeError)
    }
  })
})

describe('a request to X', () => {
  it('contains no header of the client’s', async () => {
    const sent: string[] = []
    const app = describedMedia({
      ...base,
      x: {
        async fetch(url, init) {
          sent.push(url, JSON.stringify(init.headers))
          return emulator.app.request(url, init)
        },
      },
    })
    const marked = {
      authorization: 'Bearer marked',
      cookie: 'a=marked',
      'x-forwarded-for': 'marked',
      'user-agent': 'marked',
    }
    expect((await app.request('/?marked=1', post(png, marked))).status).toBe(201)
    expect(sent.length).toBeGreaterThan(4)
    expect(sent.join()).not.toContain('marked')
  })
})

describe('x.maxSegments', () => {
  it('makes segments larger, and refuses before INIT a file that does not fit', async () => {
    const app = describedMedia(optionsWith({ x: { segmentBytes: 1000, maxSegments: 2 } }))
    const answer = await app.request('/', post(sampleFile('video/mp4', 5000), { 'content-type': 'video/mp4' }))
    const { data } = await answer.json()
    expect((await emulator.upload(data.id))?.segments.map(({ size }) => size)).toEqual([2500, 2500])
    const small = describedMedia(optionsWith({ x: { maxSegments: 1 } }))
    const headers = { 'content-type': 'video/mp4', 'content-length': '5000001' }
    expect(await codeOf(small.request('/', post(png, headers)))).toEqual([413, 'too_large'])
  })
})

describe('a rate limiter', () => {
  it('of the package hono-rate-limiter works before the mount', async () => {
    const app = new Hono()
      .use(
        '/media/*',
        rateLimiter({ windowMs: 60_000, limit: 2, keyGenerator: (c) => c.req.header('x-demo-user') ?? '' }),
      )
      .route('/media', describedMedia(base))
    const statuses = []
    for (let round = 0; round < 3; round++)
      statuses.push((await app.request('/media', post(png, { 'x-demo-user': 'r' }))).status)
    expect(statuses).toEqual([201, 201, 429])
  })
})
