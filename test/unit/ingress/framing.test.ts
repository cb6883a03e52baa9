import { describe, expect, it } from 'vitest'
import { base, codeOf, describedMedia, png } from '../../support/app.ts'
import { compatClient, errorOf, json, VIDEO } from '../../support/compat-calls.ts'
import { contentTypeOf, part, render } from '../../support/multipart.ts'

/** Proxies and servers that go by different lengths disagree on where the next request starts. */
const CHUNKED = { 'transfer-encoding': 'chunked' }

const FORM = Buffer.from(
  render({
    boundary: 'b',
    parts: [part('name="f"; filename="x"', Buffer.from(png).toString('latin1'), 'Content-Type: image/png')],
    end: '\r\n',
  }).join(''),
  'latin1',
)
const TUS = { 'tus-resumable': '1.0.0' }
const CREATION = { ...TUS, 'upload-length': String(png.length), 'upload-metadata': `filetype ${btoa('image/png')}` }
const CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' }

describe('a request with both Content-Length and Transfer-Encoding', () => {
  it.each([
    ['a raw body', '/', { 'content-type': 'image/png' }, png],
    ['a form', '/', { 'content-type': contentTypeOf('b') }, FORM],
    ['a resumable upload that is created with its bytes', '/files', { ...CREATION, ...CHUNK }, png],
  ])('is refused: %s', async (_, path, headers, body) => {
    const app = describedMedia(base)
    const send = (more: Record<string, string>) =>
      app.request(path, { method: 'POST', body, headers: { ...headers, 'content-length': `${body.length}`, ...more } })
    expect(await codeOf(send(CHUNKED))).toEqual([400, 'length_conflict'])
    expect((await send({})).status).toBe(201)
  })

  it('is refused: a chunk of a resumable upload', async () => {
    const app = describedMedia(base)
    const created = await app.request('/files', { method: 'POST', headers: CREATION })
    const send = (more: Record<string, string>) =>
      app.request(created.headers.get('location') ?? '', {
        method: 'PATCH',
        body: png,
        headers: { ...CHUNK, 'upload-offset': '0', 'content-length': String(png.length), ...more },
      })
    expect(await codeOf(send(CHUNKED))).toEqual([400, 'length_conflict'])
    expect((await send({})).status).toBe(204)
  })

  it('is refused: a call of X’s own API', async () => {
    const ask = compatClient()
    const send = (more: Record<string, string>) => {
      const { body = null, headers = {} } = json(VIDEO)
      return ask('POST', '/upload/initialize', {
        body,
        headers: { ...Object.fromEntries(new Headers(headers)), ...more },
      })
    }
    expect(await errorOf(send(CHUNKED))).toEqual([400, expect.stringContaining('Transfer-Encoding')])
    expect((await send({})).status).toBe(200)
  })
})

describe('a request with Content-Encoding', () => {
  const send = (encoding: string) =>
    describedMedia(base).request('/', {
      method: 'POST',
      body: png,
      headers: { 'content-type': 'image/png', 'content-length': String(png.length), 'content-encoding': encoding },
    })

  it.each(['identity', 'Identity', ''])('is accepted when that is %j: the body is not compressed', async (encoding) => {
    expect((await send(encoding)).status).toBe(201)
  })

  it('is refused when the body is compressed', async () => {
    expect(await codeOf(send('gzip'))).toEqual([415, 'unsupported_encoding'])
  })
})
