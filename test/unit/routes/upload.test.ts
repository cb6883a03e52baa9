import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { type XMediaEnv, type XMediaEvent, xMediaUpload } from '../../../src/index.ts'
import type { HttpOptions } from '../../../src/options.ts'
import { base, describedMedia, emulator, optionsWith } from '../../support/app.ts'

function post(body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}): RequestInit {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'video/mp4', 'content-length': String(bytes.length), ...headers },
  }
}

describe('xMediaUpload', () => {
  it('leaves the media in the context of the handler behind it', async () => {
    const app = new Hono<XMediaEnv>().post('/posts', xMediaUpload(base), (c) => {
      const { id, ticket } = c.var.xMedia
      return c.json({ posted: id, ticket })
    })
    const answer = await app.request('/posts', post('abc'))
    const { posted, ticket } = await answer.json()
    expect(await emulator.upload(posted)).toMatchObject({ finalized: true, size: 3 })
    expect(ticket).toEqual(expect.any(String))
  })

  it('answers a failed upload itself, as a problem', async () => {
    let reached = false
    const app = new Hono<XMediaEnv>().post('/posts', xMediaUpload(base), (c) => {
      reached = true
      return c.text('posted')
    })
    const answer = await app.request('/posts', post('abc', { 'content-type': 'text/plain' }))
    expect(answer.status).toBe(415)
    expect(await answer.json()).toMatchObject({ code: 'unsupported_media_type' })
    expect(reached).toBe(false)
  })

  it('lets errors of the app’s own functions reach the app', async () => {
    const failing = xMediaUpload({
      ...base,
      authorize: () => {
        throw new Error('no session store')
      },
    })
    const app = new Hono<XMediaEnv>().post('/posts', failing).onError((error, c) => c.text(error.message, 500))
    expect(await (await app.request('/posts', post('abc'))).text()).toBe('no session store')
  })
})

describe('xMedia', () => {
  it('gives the place of the status below its mount, wherever that is', async () => {
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
      const answer = await app.request(path, post('abc', { 'x-from': 'function' }))
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
    expect(await (await app.request('/media', post('abc'))).text()).toBe('no such tenant')
    expect(emulator.uploads()).toHaveLength(before)
  })

  it('uses the token of the principal before that of the server', async () => {
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
    expect((await app.request('/', post('abc'))).status).toBe(201)
    expect(new Set(tokens)).toEqual(new Set(['Bearer token-of-u1']))
  })

  it('sets no alternative text that was left empty in a form', async () => {
    const form = new FormData()
    form.append('alt_text', '')
    form.append('media', new Blob(['abc'], { type: 'video/mp4' }), 'a.mp4')
    const before = emulator.requests().counts.metadata
    const answer = await describedMedia(base).request('/', { method: 'POST', body: form })
    expect(await answer.json()).toEqual({ data: expect.objectContaining({ size: 3 }) })
    expect(emulator.requests().counts.metadata).toBe(before)
  })

  it('answers an unknown route as a problem', async () => {
    for (const app of [describedMedia(base), new Hono().route('/nope', describedMedia(base))]) {
      const answer = await app.request('/nope/nope')
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'not_found' })
    }
  })

  it('waits for the processing as the client prefers, and keeps the media when its status cannot be had', async () => {
    const server = createEmulator({ processing: { pendingSecs: 0, inProgressSecs: 0.5 } })
    const app = describedMedia({ ...base, x: { fetch: async (url, init) => server.app.request(url, init) } })
    const waited = await app.request('/', post('abc', { prefer: 'wait=30' }))
    expect(waited.headers.get('preference-applied')).toBe('wait=30')
    expect(await waited.json()).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })

    server.setFaults({ faults: [{ step: 'status', kind: 'error', status: 402 }] })
    const kept = await app.request('/', post('abc', { prefer: 'wait=30' }))
    expect(kept.status).toBe(201)
    expect(await kept.json()).toMatchObject({ data: { processing_info: { state: 'in_progress' } } })
  })

  it('tells what happens to an upload', async () => {
    const events: XMediaEvent[] = []
    const app = describedMedia(optionsWith({ x: { segmentBytes: 4 }, onEvent: (event) => events.push(event) }))
    await app.request('/', post('0123456789'))
    expect(events.map(({ type }) => type)).toEqual(['initialized', 'segment', 'segment', 'segment', 'finalized'])
    expect(events.at(-1)).toMatchObject({ bytes: 10, segments: 3, at: expect.any(Number) })
  })

  it('refuses what is larger than limits.uploadBytes before X is asked, and takes what is not', async () => {
    const app = describedMedia(optionsWith({ limits: { uploadBytes: 3 } }))
    expect((await app.request('/', post('abc'))).status).toBe(201)
    const before = emulator.uploads().length
    const answer = await app.request('/', post('abcd'))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'too_large' })
    expect(emulator.uploads()).toHaveLength(before)
  })
})
