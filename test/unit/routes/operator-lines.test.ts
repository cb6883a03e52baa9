import { createServer } from 'node:net'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve } from '../../../adapters/node.ts'
import { createEmulator } from '../../../src/emulator/index.ts'
import { createXMedia, type Store, type XMediaOptions, xMedia, xMediaUpload } from '../../../src/index.ts'
import { base, png, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { json, VIDEO, video } from '../../support/compat-calls.ts'
import { CREATION } from '../../support/resumable.ts'

const TOKEN = 'planted-token-0123456789'
const AUTHORIZATION = 'planted-session-9876543210'
const QUERY = 'planted-ticket-5555555555'
const SECRETS = [TOKEN, AUTHORIZATION, QUERY]

/** An X behind a socket that answers INIT with this status, until the test ends. */
async function serveFailingX(status: number): Promise<string> {
  const { app } = createEmulator({ faults: [{ step: 'initialize', kind: 'error', status }] })
  const { url, close } = await serve(app, { port: 0 })
  onTestFinished(() => close())
  return url
}

/** A URL at which nothing listens. */
async function closedUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return `http://127.0.0.1:${address.port}`
}

/** A store that cannot be reached, and whose errors quote secrets. */
function unreachableStore(url: string): Store {
  const call = async () => {
    await fetch(`${url}?ticket=${QUERY}`).catch((cause: unknown) => {
      throw new Error(`cannot GET http://user:${AUTHORIZATION}@store/?ticket=${QUERY} with ${TOKEN}`, { cause })
    })
    return undefined
  }
  return { get: call, compareAndSwap: async () => (await call()) === undefined }
}

interface Told {
  options: XMediaOptions
  lines: string[]
}

function optionsWith(changes: Partial<XMediaOptions>): Told {
  const lines: string[] = []
  const { x: _, ...others } = base
  const retry = { retries: 0, maxRateLimitWaitMs: 0 }
  const log = { error: (line: string) => lines.push(line) }
  return { options: { ...others, token: TOKEN, log, compat: true, ...changes, x: { ...changes.x, retry } }, lines }
}

const HEADERS = { 'x-request-id': 'r1', authorization: `Bearer ${AUTHORIZATION}` }
const upload = (headers: Record<string, string> = {}): RequestInit => post(png, { ...HEADERS, ...headers })

/** Sends an upload, and expects its error to name the request. */
async function refusedUpload({ options }: Told, headers?: Record<string, string>): Promise<unknown> {
  const app = new Hono().route('/media', xMedia(options))
  const response = await app.request(`/media?alt_text=${QUERY}`, upload(headers))
  expect(response.headers.get('x-request-id')).toBe('r1')
  const { code } = await response.json()
  return code
}

describe('the operator gets one line, with the cause, the advice and the request', () => {
  it.each([
    ['x_unauthorized', 401, /X refused the server’s token\. Get a new one with `npx hono-x-media login`\./],
    ['x_payment_required', 402, /no credits left\. Add credits, or raise the cap, at console\.x\.com\./],
    ['x_forbidden_scope', 403, /scope media\.write\. Get a new one with `npx hono-x-media login`\./],
    ['x_rate_limited', 429, /has reached X’s rate limit\. Raise x\.segmentBytes, or use several accounts\./],
    ['x_unavailable', 503, /X is unavailable \(503\)\. Run `npx hono-x-media doctor`\./],
  ])('about %s, when X answers %i', async (code, status, sentences) => {
    const told = optionsWith({ x: { baseUrl: await serveFailingX(status) } })
    expect(await refusedUpload(told)).toBe(code)
    expectOneLine(told.lines, sentences)
  })

  it('about x_unavailable, when nothing listens there', async () => {
    const told = optionsWith({ x: { baseUrl: await closedUrl() } })
    expect(await refusedUpload(told)).toBe('x_unavailable')
    expectOneLine(told.lines, /X could not be reached\. Cause: .*ECONNREFUSED.* Run `npx hono-x-media doctor`\./)
  })

  it.each([
    ['returns none', () => undefined, /The X token is undefined\. Check the option token\./],
    ['returns one with Bearer', () => `Bearer ${TOKEN}`, /begins with "Bearer ": leave that word out\. Check/],
    [
      'throws',
      () => {
        throw new Error(`the vault at https://vault/?key=${QUERY} has no ${TOKEN}`)
      },
      /could not get its X token\. Cause: Error: the vault at https:\/\/vault\/… has no .*Check the option token\./,
    ],
  ])('about token_unavailable, when the function token %s', async (_, token, sentences) => {
    const told = optionsWith({ token, x: { baseUrl: await closedUrl() } })
    expect(await refusedUpload(told)).toBe('token_unavailable')
    expectOneLine(told.lines, sentences)
  })

  it('about store_unavailable, when the store cannot be reached', async () => {
    const told = optionsWith({ store: unreachableStore(await closedUrl()) })
    expect(await refusedUpload(told)).toBe('store_unavailable')
    expectOneLine(told.lines, /The store of this server failed .*Cause: .*ECONNREFUSED.* Check that it runs, and/)
  })

  it('about misconfigured, when the function secret returns a short key', async () => {
    const told = optionsWith({ secret: () => 'short' })
    expect(await refusedUpload(told)).toBe('misconfigured')
    expectOneLine(told.lines, /secret must be a string of at least 32 bytes.*returned 5 bytes\./)
  })

  it('about origin_not_allowed, when a page of another origin uploads', async () => {
    const told = optionsWith({})
    expect(await refusedUpload(told, { origin: 'https://page.example' })).toBe('origin_not_allowed')
    expectOneLine(told.lines, /Pages of "https:\/\/page\.example" may not upload here\..*http\.origins/)
  })
})

function expectOneLine(lines: readonly string[], sentences: RegExp): void {
  expect(lines).toEqual([expect.stringMatching(sentences)])
  expect(lines[0]).toMatch(/^hono-x-media: [^\n]+ \(request r1\)$/)
  for (const secret of SECRETS) expect(lines[0]).not.toContain(secret)
}

it('a rate limit gets its line also when the upload waits for it and succeeds', async () => {
  const lines: string[] = []
  const { app } = createEmulator({
    faults: [{ step: 'initialize', kind: 'error', status: 429, waitSecs: 0, times: 1 }],
  })
  const { url, close } = await serve(app, { port: 0 })
  onTestFinished(() => close())
  const { x: _, ...options } = base
  const media = xMedia({ ...options, log: (line) => lines.push(line), x: { baseUrl: url } })
  expect((await media.request('/', upload())).status).toBe(201)
  expectOneLine(lines, /has reached X’s rate limit\./)
})

it('a status that X refuses to a token gets a line', async () => {
  const { app } = createEmulator({ faults: [{ step: 'status', kind: 'error', status: 401 }] })
  const { url, close } = await serve(app, { port: 0 })
  onTestFinished(() => close())
  const clock = useFakeClock()
  const { options, lines } = optionsWith({ x: { baseUrl: url } })
  const media = new Hono().route('/media', xMedia(options))
  const uploaded = await media.request('/media', { ...post(video, { ...HEADERS, 'content-type': 'video/mp4' }) })
  await clock.advance(5000)
  const location = uploaded.headers.get('location') ?? ''
  expect((await media.request(location, { headers: HEADERS })).status).toBe(502)
  expectOneLine(lines, /X refused the server’s token\./)
  expect(lines[0]).not.toContain(new URLSearchParams(location.split('?')[1]).get('ticket'))
})

describe('what only the client can mend', () => {
  it.each([
    ['a file of the wrong type', '/media', upload({ 'content-type': 'text/html' }), 415],
    ['an unknown status', '/media/status/1?ticket=t', { headers: HEADERS }, 404],
    ['an unknown path', '/media/nowhere', { headers: HEADERS }, 404],
  ])('gets no line: %s', async (_, path, init, status) => {
    const { options, lines } = optionsWith({})
    const response = await new Hono().route('/media', xMedia(options)).request(path, init)
    expect([response.status, lines]).toEqual([status, []])
  })
})

describe('every way in tells of a token that X refuses', () => {
  const creation = {
    ...CREATION,
    'upload-length': String(png.length),
    'upload-metadata': `filetype ${btoa('image/png')}`,
  }
  const chunk = { ...creation, 'content-type': 'application/offset+octet-stream', ...HEADERS }
  const WAYS: [string, string, RequestInit][] = [
    ['an upload', '/media', upload()],
    ['a resumable upload, though its client may continue', '/media/files', { ...upload(chunk), body: png }],
    ['X’s own API', '/media/2/media/upload/initialize', withHeaders({ method: 'POST', ...json(VIDEO) })],
    ['xMediaUpload', '/posts', upload()],
  ]
  function withHeaders(init: RequestInit): RequestInit {
    return { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...HEADERS } }
  }

  it.each(WAYS)('%s', async (_, path, init) => {
    const { options, lines } = optionsWith({ x: { baseUrl: await serveFailingX(401) } })
    const app = new Hono()
      .route('/media', xMedia(options))
      .post('/posts', xMediaUpload(options), (c) => c.text('posted'))
    const response = await app.request(path, { ...init, method: 'POST' })
    expect(response.headers.get('x-request-id')).toBe('r1')
    expectOneLine(lines, /X refused the server’s token\./)
  })

  it('createXMedia, with the id of its caller', async () => {
    const lines: string[] = []
    const x = { baseUrl: await serveFailingX(401), retry: { retries: 0 } }
    const client = createXMedia({ token: TOKEN, x, log: (line) => lines.push(line) })
    const upload = { source: png, mediaType: 'image/png' }
    await expect(client.upload(upload, { requestId: 'r1' })).rejects.toMatchObject({ code: 'x_unauthorized' })
    expectOneLine(lines, /X refused the server’s token\./)
  })
})

it('a token of an app that a function returns is named at its first use', async () => {
  const token = `AAAA${'A'.repeat(20)}secret`
  const { options, lines } = optionsWith({ token: () => token, x: { baseUrl: await serveFailingX(403) } })
  await new Hono().route('/media', xMedia(options)).request('/media', upload())
  expect(lines[0]).toMatch(/^hono-x-media: The X token begins with AAAA, so it is the app’s own.*\(request r1\)$/)
  expect(lines.join()).not.toContain(token)
})
