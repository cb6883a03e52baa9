/** Limits and promises of the README that belong to no other subject's tests. */

import { createServer } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { worker } from '../../../adapters/cloudflare.ts'
import { listen } from '../../../adapters/node.ts'
import { serveEmulator } from '../../../examples/serve-emulator.ts'
import { createXMedia, memoryStore } from '../../../src/index.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('an upload', () => {
  it('may be as large as the options say for its category', async () => {
    const app = (bytes: number) => describedMedia(optionsWith({ limits: { categoryBytes: { tweet_image: bytes } } }))
    expect((await app(5000).request('/', post(png))).status).toBe(201)
    expect(await codeOf(app(4999).request('/', post(png)))).toEqual([413, 'too_large'])
    const inMessage = await app(4999).request('/?media_category=dm_image', post(png))
    expect(inMessage.status).toBe(201)
  })

  it.each([
    ['wait=60', 'wait=60'],
    ['respond-async, wait=600', 'wait=60'],
  ])('is held back for Prefer: %s as long as %s', async (prefer, applied) => {
    const answer = await describedMedia(base).request('/', post(png, { prefer }))
    expect(answer.headers.get('preference-applied')).toBe(applied)
  })
})

describe('a resumable upload', () => {
  const TUS = { 'tus-resumable': '1.0.0' }
  const file = sampleFile('video/mp4', 10_000)

  async function created() {
    const app = describedMedia({ ...base, store: memoryStore() })
    const metadata = `filetype ${btoa('video/mp4')}`
    const headers = { ...TUS, 'upload-length': String(file.length), 'upload-metadata': metadata }
    const answer = await app.request('/files', { method: 'POST', headers })
    const send = (method: string, from: number, to: number, more: Record<string, string> = {}) =>
      app.request(answer.headers.get('location') ?? '', {
        method,
        body: file.slice(from, to),
        headers: {
          ...{ ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(from) },
          ...{ 'content-length': String(to - from), ...more },
        },
      })
    return { app, send, where: answer.headers.get('location') ?? '' }
  }

  it('wants 4100 bytes at first, for its type to be checked', async () => {
    const { send } = await created()
    expect(await codeOf(send('PATCH', 0, 4099))).toEqual([400, 'piece_too_small'])
    expect((await send('PATCH', 0, 4100)).headers.get('upload-offset')).toBe('4100')
  })

  it('is written to, asked for and removed by POST where a client knows nothing else', async () => {
    const { app, send, where } = await created()
    const as = (method: string) => ({ 'x-http-method-override': method })
    expect((await send('POST', 0, 5000, as('PATCH'))).status).toBe(204)
    const asked = await app.request(where, { method: 'POST', headers: { ...TUS, ...as('HEAD') } })
    expect(asked.headers.get('upload-offset')).toBe('5000')
    expect((await app.request(where, { method: 'POST', headers: { ...TUS, ...as('DELETE') } })).status).toBe(204)
    expect(await codeOf(app.request(where, { method: 'POST', headers: { ...TUS, ...as('GET') } }))).toEqual([
      404,
      'not_found',
    ])
  })
})

it('a status that the store does not tell whose it is of is a problem, not an error of the app', async () => {
  const failing = async () => {
    throw new Error('the database is away')
  }
  const app = describedMedia({ ...base, store: { get: failing, compareAndSwap: failing } })
  expect(await codeOf(app.request('/status/12'))).toEqual([503, 'store_unavailable'])
})

it('a listener is told every fifteen seconds that somebody is there', async () => {
  emulator.setFaults({ faults: [{ step: 'finalize', kind: 'check_after', checkAfterSecs: 40 }] })
  const app = describedMedia(base)
  const answer = await app.request('/', post(sampleFile('image/gif', 5000), { 'content-type': 'image/gif' }))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const events = await app.request(answer.headers.get('location') ?? '', { headers: { accept: 'text/event-stream' } })
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('event: status')
  const next = reader?.read()
  await vi.advanceTimersByTimeAsync(14_999)
  expect(await Promise.race([next, 'nothing yet'])).toBe('nothing yet')
  await vi.advanceTimersByTimeAsync(1)
  expect((await next)?.value).toBe(': still there\n\n')
  await reader?.cancel()
})

it('a token does not follow a redirect of X', async () => {
  const elsewhere = await serveEmulator()
  const location = `${elsewhere.url}/2/media/upload/initialize`
  const x = await serveEmulator({ faults: [{ step: 'initialize', kind: 'redirect', location, times: 0 }] })
  const client = createXMedia({ token: 'server-held-token', x: { baseUrl: x.url, retry: { retries: 0 } } })
  await expect(client.upload({ body: png, mediaType: 'image/png' })).rejects.toMatchObject({ code: 'x_unavailable' })
  expect(elsewhere.requests().counts.initialize).toBe(0)
  await Promise.all([x.close(), elsewhere.close()])
})

it('of an answer of X that does not end no more is read than 64 KiB', async () => {
  let sent = 0
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024
        controller.enqueue(new Uint8Array(1024).fill(32))
      },
    })
  const client = createXMedia({
    token: 't',
    x: { retry: { retries: 0 }, fetch: async () => new Response(endless()) },
  })
  await expect(client.upload({ body: png, mediaType: 'image/png' })).rejects.toMatchObject({ code: 'x_unavailable' })
  expect(sent).toBeGreaterThan(64 * 1024)
  expect(sent).toBeLessThan(80 * 1024)
})

it('Node’s limit for a whole request is lifted, and one for silence set', async () => {
  const server = createServer()
  const { close } = await listen(server, 0, '127.0.0.1')
  expect([server.requestTimeout, server.timeout]).toEqual([0, 255_000])
  await close()
})

it.each([
  [{}, false],
  [{ enable_request_signal: true }, true],
])('a Worker with the compatibility flags %j serves: %s', async (compatibilityFlags, serves) => {
  vi.stubGlobal('Cloudflare', { compatibilityFlags })
  const asked = worker(() => ({ fetch: () => new Response('served') })).fetch(new Request('http://x/'), {}, {})
  if (serves) expect(await (await asked).text()).toBe('served')
  else await expect(asked).rejects.toThrow(TypeError)
})
