import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createXMedia, type XApiOptions, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { compatClient, json, VIDEO } from '../../support/compat-calls.ts'
import { append, createWithBytes, file, pathOf } from '../../support/resumable.ts'

/** An X that counts its calls, and refuses every token if it is told to. */
function apiOf(refuses: boolean): { x: XApiOptions; calls: () => number } {
  let calls = 0
  return {
    calls: () => calls,
    x: {
      async fetch(url, init) {
        calls++
        return refuses ? Response.json({ title: 'Unauthorized' }, { status: 401 }) : emulator.app.request(url, init)
      },
    },
  }
}

/** What the app's function may return, also in plain JavaScript. */
const returning = (value: unknown): Partial<XMediaOptions> => ({
  token: () => JSON.parse(JSON.stringify({ value })).value,
})

const NO_TOKEN: [string, Partial<XMediaOptions>][] = [
  ['returns undefined', returning(undefined)],
  ['returns null', returning(null)],
  ['returns a number', returning(5)],
  ['returns an empty string', returning('')],
  ['returns no bearer token', returning('a b\r\nx: y')],
  ['throws', { token: () => Promise.reject(new Error('no database')) }],
]

describe.each(NO_TOKEN)('when the function token %s', (_, options) => {
  it('an upload gets 503 token_unavailable, without a call to X', async () => {
    const { x, calls } = apiOf(false)
    const app = describedMedia(optionsWith({ ...options, x }))
    expect(await codeOf(app.request('/', post(png)))).toEqual([503, 'token_unavailable'])
    expect(calls()).toBe(0)
  })

  it('a resumable upload gets 503 token_unavailable for its first bytes, and can be continued', async () => {
    const { x, calls } = apiOf(false)
    const app = new Hono().route('/media', describedMedia(optionsWith({ ...options, x })))
    const created = await createWithBytes(app)
    expect([created.status, created.headers.get('upload-offset')]).toEqual([201, '0'])
    const refused = await append(app, pathOf(created), [0, file.length])
    expect(await codeOf(refused)).toEqual([503, 'token_unavailable'])
    expect(calls()).toBe(0)
  })

  it('X’s own API answers 503', async () => {
    const { x, calls } = apiOf(false)
    const send = compatClient({ ...options, x })
    expect((await send('POST', '/upload/initialize', json(VIDEO))).status).toBe(503)
    expect(calls()).toBe(0)
  })
})

it('a user whom authorize gives an empty token gets 503 token_unavailable', async () => {
  const app = describedMedia(optionsWith({ authorize: () => ({ subject: 'u1', token: '' }) }))
  expect(await codeOf(app.request('/', post(png)))).toEqual([503, 'token_unavailable'])
})

let count = 0
const REFUSED: [string, Partial<XMediaOptions>][] = [
  ['is a string', { token: 'revoked' }],
  ['is a function that returns the same again', { token: () => 'revoked' }],
  ['is a function that returns another', { token: () => `revoked-${count++}` }],
  ['is a function without another', { token: ({ reason }) => (reason === 'initial' ? 'revoked' : undefined) }],
  ['comes from authorize', { authorize: () => ({ subject: 'u1', token: 'revoked' }) }],
]

describe.each(REFUSED)('when X refuses the token, which %s', (_, options) => {
  it('an upload gets 502 x_unauthorized', async () => {
    const app = describedMedia(optionsWith({ ...options, x: apiOf(true).x }))
    expect(await codeOf(app.request('/', post(png)))).toEqual([502, 'x_unauthorized'])
  })

  it('a status gets 502 x_unauthorized', async () => {
    const clock = useFakeClock()
    let refuses = false
    const fetch: XApiOptions['fetch'] = async (url, init) =>
      refuses ? new Response(null, { status: 401 }) : emulator.app.request(url, init)
    const app = xMedia(optionsWith({ ...options, x: { fetch } }))
    const uploaded = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
    refuses = true
    await clock.advance(2000)
    const status = app.request(uploaded.headers.get('location') ?? '')
    expect(await codeOf(status)).toEqual([502, 'x_unauthorized'])
  })

  it('X’s own API answers 503', async () => {
    const send = compatClient({ ...options, x: apiOf(true).x })
    expect((await send('POST', '/upload/initialize', json(VIDEO))).status).toBe(503)
  })
})

it('the app gets the same codes', async () => {
  const upload = { source: png, mediaType: 'image/png' }
  const without = createXMedia({ token: () => undefined, x: apiOf(false).x })
  await expect(without.upload(upload)).rejects.toMatchObject({ code: 'token_unavailable', status: 503 })
  const refused = createXMedia({ token: 'revoked', x: apiOf(true).x })
  await expect(refused.upload(upload)).rejects.toMatchObject({ code: 'x_unauthorized', status: 502 })
})
