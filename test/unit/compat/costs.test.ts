import { describe, expect, it } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import {
  append,
  compatClient,
  errorOf,
  finalize,
  form,
  image,
  initialize,
  json,
  type Send,
  VIDEO,
  video,
} from '../../support/compat-calls.ts'
import { appWith, CREATION, createWithBytes } from '../../support/resumable.ts'

/** A client, and the paths of the calls to X that it causes. Calls to paths that end in `failing` fail. */
function watchedClient(
  limits: NonNullable<XMediaOptions['limits']>,
  failing?: '/append' | '/finalize',
): { send: Send; paths: string[] } {
  const paths: string[] = []
  const send = compatClient({
    limits,
    x: {
      retry: { retries: 0 },
      async fetch(url, init) {
        paths.push(new URL(url).pathname)
        if (failing && url.endsWith(failing)) return new Response(null, { status: failing === '/finalize' ? 400 : 503 })
        return emulator.app.request(url, init)
      },
    },
  })
  return { send, paths }
}

const openImage = (send: Send) => initialize(send, { media_type: 'image/png', total_bytes: image.length })

/** Sends the same request until it is refused; resolves to the number of those before, and the refusal. */
async function repeat(request: () => Promise<Response>): Promise<{ times: number; refusal: Response }> {
  for (let times = 0; times < 20; times++) {
    const refusal = await request()
    if (refusal.status === 429) return { times, refusal }
  }
  return expect.fail('no request was refused')
}

/** What costs calls, the number before them, and the path that X is called at. */
const COSTS: [string, number, string, (send: Send) => Promise<() => Promise<Response>>][] = [
  ['INIT', 0, '/initialize', async (send) => () => send('POST', '/upload/initialize', json(VIDEO))],
  [
    'a file in one request',
    0,
    '/initialize',
    async (send) => () => send('POST', '/upload', form(['media_category', 'tweet_image'], ['media', image])),
  ],
  [
    'metadata',
    1,
    '/metadata',
    async (send) => {
      const id = await openImage(send)
      return () => send('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'a cat' } } }))
    },
  ],
  [
    'subtitles',
    2,
    '/subtitles',
    async (send) => {
      const [id, subtitles] = [await initialize(send), await initialize(send)]
      const track = { id: subtitles, language_code: 'EN', display_name: 'English' }
      return () => send('POST', '/subtitles', json({ id, media_category: 'TweetVideo', subtitles: track }))
    },
  ],
  [
    'the removal of subtitles',
    1,
    '/subtitles',
    async (send) => {
      const id = await initialize(send)
      return () => send('DELETE', '/subtitles', json({ id, media_category: 'TweetVideo', language_code: 'EN' }))
    },
  ],
]

describe('limits.callsPerHour, over X’s own API,', () => {
  it.each(COSTS)('counts %s, and refuses the next call with X’s 429', async (_, before, path, start) => {
    const { send, paths } = watchedClient({ callsPerHour: 5 })
    const { times, refusal } = await repeat(await start(send))
    expect(times).toBe(5 - before)
    expect(await refusal.json()).toMatchObject({ status: 429, title: 'Too Many Requests' })
    const secs = Number(refusal.headers.get('retry-after'))
    expect(secs).toBeGreaterThan(0)
    expect(secs).toBeLessThanOrEqual(3600)
    expect(refusal.headers.get('x-rate-limit-remaining')).toBe('0')
    const resetsIn = Number(refusal.headers.get('x-rate-limit-reset')) - Date.now() / 1000
    expect(Math.abs(resetsIn - secs)).toBeLessThan(10)
    expect(paths.filter((called) => called.endsWith(path))).toHaveLength(5 - (path === '/initialize' ? 0 : before))
  })

  it('counts each FINALIZE after the first, which X refuses', async () => {
    const { send, paths } = watchedClient({ callsPerHour: 5 }, '/finalize')
    const id = await openImage(send)
    expect((await append(send, id, 0, image)).status).toBe(200)
    const { times } = await repeat(() => finalize(send, id))
    expect(times).toBe(1 + 4)
    expect(paths.filter((path) => path.endsWith('/finalize'))).toHaveLength(5)
  })

  it('counts neither APPEND nor STATUS, nor the first FINALIZE', async () => {
    const { send } = watchedClient({ callsPerHour: 1 })
    const id = await initialize(send)
    for (let index = 0; index * 5000 < video.length; index++) {
      expect((await append(send, id, index, video.slice(index * 5000, (index + 1) * 5000))).status).toBe(200)
    }
    expect((await finalize(send, id)).status).toBe(200)
    expect((await send('GET', `/upload?command=STATUS&media_id=${id}`)).status).toBe(200)
    expect((await send('POST', '/upload/initialize', json(VIDEO))).status).toBe(429)
  })
})

describe('limits.callsPerHour, on the other routes,', () => {
  it('counts an upload as one call, and refuses the next one with a problem', async () => {
    const app = describedMedia(optionsWith({ limits: { callsPerHour: 2 } }))
    expect((await app.request('/', post(png))).status).toBe(201)
    expect((await app.request('/?alt_text=cat', post(png))).status).toBe(201)
    const third = await app.request('/', post(png))
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(third)).toEqual([429, 'quota_exceeded'])
    expect((await app.request('/', post(png, { 'x-demo-user': 'u2' }))).status).toBe(201)
  })

  it('counts a resumable upload as one call, once it has bytes', async () => {
    const app = appWith({ limits: { callsPerHour: 1 } })
    for (let count = 0; count < 2; count++) {
      expect((await app.request('/media/files', { method: 'POST', headers: CREATION })).status).toBe(201)
    }
    expect((await createWithBytes(app)).status).toBe(201)
    expect(await codeOf(createWithBytes(app))).toEqual([429, 'quota_exceeded'])
  })
})

describe('the bytes that go to X over X’s own API', () => {
  it('count towards the quota once they are more than twice the file', async () => {
    const { send, paths } = watchedClient({ quota: { bytes: 4 * image.length } }, '/append')
    const id = await openImage(send)
    const { times, refusal } = await repeat(() => append(send, id, 0, image))
    // Two times for free, and three that the quota has room for beside the upload itself.
    expect(times).toBe(5)
    expect(paths.filter((path) => path.endsWith('/append'))).toHaveLength(5)
    expect(await errorOf(Promise.resolve(refusal))).toEqual([429, 'Too Many Requests'])
    expect(Number(refusal.headers.get('x-rate-limit-reset'))).toBeGreaterThan(Date.now() / 1000)
  })

  it('are not sent again where X has acknowledged them', async () => {
    const { send, paths } = watchedClient({ quota: { bytes: image.length } })
    const id = await openImage(send)
    for (let count = 0; count < 40; count++) expect((await append(send, id, 0, image)).status).toBe(200)
    expect(paths.filter((path) => path.endsWith('/append'))).toHaveLength(2)
    expect((await finalize(send, id)).status).toBe(200)
  })
})
