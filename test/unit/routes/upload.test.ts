import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { type XMediaEnv, type XMediaEvent, xMedia, xMediaUpload } from '../../../src/index.ts'
import type { HttpOptions } from '../../../src/options.ts'
import { base, describedMedia, emulator, optionsWith, post as postFile } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

const mp4 = sampleFile('video/mp4', 30)

const post = (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  postFile(body, { 'content-type': 'video/mp4', ...headers })

describe('xMediaUpload', () => {
  it('leaves the media in the context for the handler after it', async () => {
    const app = new Hono<XMediaEnv>().post('/posts', xMediaUpload(base), (c) => {
      const { id, ticket } = c.var.xMedia
      return c.json({ posted: id, ticket })
    })
    const answer = await app.request('/posts', post(mp4))
    const { posted, ticket } = await answer.json()
    expect(await emulator.upload(posted)).toMatchObject({ finalized: true, size: 30 })
    expect(ticket).toEqual(expect.any(String))
  })

  it('responds to a failed upload with a problem, without running the handler', async () => {
    let reached = false
    const app = new Hono<XMediaEnv>().post('/posts', xMediaUpload(base), (c) => {
      reached = true
      return c.text('posted')
    })
    const answer = await app.request('/posts', post(mp4, { 'content-type': 'text/plain' }))
    expect(answer.status).toBe(415)
    expect(await answer.json()).toMatchObject({ code: 'unsupported_media_type' })
    expect(reached).toBe(false)
  })

  it('throws errors of the app’s own functions to the app’s error handler', async () => {
    const failing = xMediaUpload({
      ...base,
      authorize: () => {
        throw new Error('no session store')
      },
    })
    const app = new Hono<XMediaEnv>().post('/posts', failing).onError((error, c) => c.text(error.message, 500))
    expect(await (await app.request('/posts', post(mp4))).text()).toBe('no session store')
  })
})

describe('xMedia', () => {
  it('leaves errors of the app’s own functions to Hono’s error handler when it is served by itself', async () => {
    const throwing = (error: Error) =>
      xMedia({
        ...base,
        authorize: () => {
          throw error
        },
      })
    const refused = await throwing(new HTTPException(403, { message: 'banned' })).request('/', post(mp4))
    expect([refused.status, await refused.text()]).toEqual([403, 'banned'])

    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => logged.mockRestore())
    const error = new Error('no session store')
    const failed = await throwing(error).request('/', post(mp4))
    expect([failed.status, await failed.text()]).toEqual([500, 'Internal Server Error'])
    expect(logged.mock.calls).toEqual([[error]])
  })

  it('sends the address of the status below its mount, wherever that is', async () => {
    const places: [string, string, HttpOptions][] = [
      ['/media', '/media/status/', {}],
      ['/a/b%20c/media', '/a/b%20c/media/status/', {}],
      ['/media', '/public/status/', { mountPath: '/public/' }],
      ['/media', '/by/function/status/', { mountPath: (c) => `/by/${c.req.header('x-from')}` }],
    ]
    for (const [path, location, http] of places) {
      const app = new Hono()
        .route('/media', describedMedia({ ...base, http }))
        .route('/a/:b/media', describedMedia(base))
      const answer = await app.request(path, post(mp4, { 'x-from': 'function' }))
      expect(answer.headers.get('location')).toContain(location)
    }
  })

  it('finds the mount before the upload begins, so that an error there loses no media', async () => {
    const before = emulator.uploads().length
    const mountPath = () => {
      throw new Error('no such tenant')
    }
    const app = new Hono()
      .route('/media', describedMedia({ ...base, http: { mountPath } }))
      .onError((error, c) => c.text(error.message, 500))
    expect(await (await app.request('/media', post(mp4))).text()).toBe('no such tenant')
    expect(emulator.uploads()).toHaveLength(before)
  })

  it('prefers the token of the principal to the server’s', async () => {
    const tokens: string[] = []
    const app = describedMedia({
      ...base,
      authorize: () => ({ subject: 'u1', token: 'token-of-u1' }),
      x: {
        fetch: async (url, init) => {
          tokens.push(String(init.headers['authorization']))
          return emulator.app.request(url, init)
        },
      },
    })
    expect((await app.request('/', post(mp4))).status).toBe(201)
    expect(new Set(tokens)).toEqual(new Set(['Bearer token-of-u1']))
  })

  it('sets no alternative text when its form field is empty', async () => {
    const form = new FormData()
    form.append('alt_text', '')
    form.append('media', new Blob([mp4], { type: 'video/mp4' }), 'a.mp4')
    const before = emulator.requests().counts.metadata
    const answer = await describedMedia(base).request('/', { method: 'POST', body: form })
    expect(await answer.json()).toEqual({ data: expect.objectContaining({ size: 30 }) })
    expect(emulator.requests().counts.metadata).toBe(before)
  })

  it.each([
    ['media_category=avatar', /^`media_category` is "avatar"\. Send one of /],
    ['shared=true&shared=true', /^`shared` was sent more than once\. Send it once\.$/],
  ])('says what is wrong with the query %s', async (query, detail) => {
    const answer = await describedMedia(base).request(`/?${query}`, post(mp4))
    expect(await answer.json()).toMatchObject({ code: 'invalid_parameter', detail: expect.stringMatching(detail) })
  })

  it('responds to an unknown route with a problem', async () => {
    for (const app of [describedMedia(base), new Hono().route('/nope', describedMedia(base))]) {
      const answer = await app.request('/nope/nope')
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'not_found' })
    }
  })

  it('waits for the processing as the client prefers, and returns the media even when its status fails', async () => {
    const server = createEmulator({ processing: { pendingSecs: 0, inProgressSecs: 0.5 } })
    const app = describedMedia({ ...base, x: { fetch: async (url, init) => server.app.request(url, init) } })
    const waited = await app.request('/', post(mp4, { prefer: 'wait=30' }))
    expect(waited.headers.get('preference-applied')).toBe('wait=30')
    expect(await waited.json()).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })

    server.setFaults({ faults: [{ step: 'status', kind: 'error', status: 402 }] })
    const kept = await app.request('/', post(mp4, { prefer: 'wait=30' }))
    expect(kept.status).toBe(201)
    expect(await kept.json()).toMatchObject({ data: { processing_info: { state: 'in_progress' } } })
  })

  it('emits the events of an upload', async () => {
    const events: XMediaEvent[] = []
    const app = describedMedia(optionsWith({ x: { segmentBytes: 12 }, onEvent: (event) => events.push(event) }))
    await app.request('/', post(mp4))
    expect(events.map(({ type }) => type)).toEqual(['initialized', 'segment', 'segment', 'segment', 'finalized'])
    expect(events.at(-1)).toMatchObject({ bytes: 30, segments: 3, at: expect.any(Number) })
  })

  it('refuses a file larger than limits.uploadBytes before INIT, and accepts a smaller one', async () => {
    const app = describedMedia(optionsWith({ limits: { uploadBytes: 30 } }))
    expect((await app.request('/', post(mp4))).status).toBe(201)
    const before = emulator.uploads().length
    const answer = await app.request('/', post(sampleFile('video/mp4', 31)))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'too_large' })
    expect(emulator.uploads()).toHaveLength(before)
  })
})
