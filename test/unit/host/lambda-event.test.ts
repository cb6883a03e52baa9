import { Hono } from 'hono'
import { beforeEach, expect, it } from 'vitest'
import { codeOf, describedMedia, optionsWith, png, post } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

let lines: string[]
let app: Hono
beforeEach(() => {
  lines = []
  app = new Hono().route('/media', describedMedia(optionsWith({ log: (line) => lines.push(line) })))
})

const subtitles = sampleFile('text/vtt', 500)

/** Sends a body with the event that it came in. */
function sendEvent(body: Uint8Array<ArrayBuffer>, headers: Record<string, string>, event: object): Promise<Response> {
  const given = { body: 'the body', headers: { 'Content-Length': String(body.length) }, ...event }
  return Promise.resolve(app.request('/media', post(body, headers), { event: given }))
}

it('accepts a body that came as base64', async () => {
  expect((await sendEvent(png, {}, { isBase64Encoded: true })).status).toBe(201)
})

it('accepts text that came as text', async () => {
  expect((await sendEvent(subtitles, { 'content-type': 'text/vtt' }, { isBase64Encoded: false })).status).toBe(201)
})

it.each([
  ['a body of a binary type', {}, {}],
  ['a form', { 'content-type': 'multipart/form-data; boundary=b' }, {}],
  ['a chunk', { 'content-type': 'application/offset+octet-stream' }, {}],
  ['text that has lost bytes', { 'content-type': 'text/vtt' }, { headers: { 'content-length': '5001' } }],
  [
    'the same, by headers with several values',
    { 'content-type': 'text/vtt' },
    { headers: null, multiValueHeaders: { 'Content-Length': ['1'] } },
  ],
])('refuses %s that came as text, and tells the operator why', async (_, headers, event) => {
  expect(await codeOf(sendEvent(png, headers, { isBase64Encoded: false, ...event }))).toEqual([500, 'body_corrupted'])
  expect(lines).toEqual([expect.stringContaining('Add */* to the binary media types of the REST API')])
})

it.each([
  ['shorter', '5001', 'body_too_short'],
  ['longer', '4999', 'body_too_long'],
])('refuses a body that is %s than its client declared', async (_, length, code) => {
  const event = { isBase64Encoded: true, headers: { 'content-length': length } }
  expect(await codeOf(sendEvent(png, {}, event))).toEqual([400, code])
  expect(lines).toEqual([])
})

it('takes other values in the environment for no event', async () => {
  for (const event of [null, 'text', { body: 5 }, { body: '' }, [], { headers: {} }]) {
    expect((await app.request('/media', post(png), { event })).status).toBe(201)
  }
})
