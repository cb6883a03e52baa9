import type { OutgoingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type Answer, send } from '../support/client.ts'
import { sampleFile } from '../support/media.ts'

const USER = { 'x-demo-user': 'u1' }
const TUS = { ...USER, 'tus-resumable': '1.0.0' }
const TUS_CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' }
const DRAFT_CHUNK = { ...USER, 'content-type': 'application/partial-upload' }
const UNKNOWN = '0'.repeat(32)
const file = sampleFile('video/mp4', 20_000)
const TYPE = `filetype ${btoa('video/mp4')}`
const TUS_CREATION = { ...TUS, 'upload-length': file.length, 'upload-metadata': TYPE }
const DRAFT_CREATION = { ...USER, 'content-type': 'video/mp4', 'upload-complete': '?0', 'upload-length': file.length }

/** What clients of tus 1.0 and of the IETF draft find in the answers. @param endpoint The URL of `/files`. */
export function protocols(endpoint: () => string): void {
  async function create(headers: OutgoingHttpHeaders): Promise<string> {
    const answer = await send('POST', endpoint(), headers)
    expect(answer.status, answer.text).toBe(201)
    return new URL(String(answer.headers.location), endpoint()).href
  }

  function append(at: string, [from, to]: readonly [number, number], headers: OutgoingHttpHeaders): Promise<Answer> {
    const bytes = file.subarray(from, to)
    return send('PATCH', at, { 'upload-offset': from, 'content-length': bytes.length, ...headers }, [bytes])
  }

  const codeOf = ({ json }: Answer) => (typeof json === 'object' && json !== null && 'code' in json ? json.code : '')

  describe('by tus', () => {
    it.each<[string, number, string, string, OutgoingHttpHeaders]>([
      ['a request without a sign-in', 401, 'POST', '', { 'tus-resumable': '1.0.0', 'upload-length': 1 }],
      ['a request from another page', 403, 'POST', '', { ...TUS_CREATION, 'sec-fetch-site': 'cross-site' }],
      ['an unknown upload', 404, 'GET', `/${UNKNOWN}`, TUS],
      ['a malformed id', 404, 'GET', '/1', TUS],
      ['an unknown path', 404, 'GET', `/${UNKNOWN}/1`, TUS],
      ['a method that the path lacks', 405, 'PUT', '', TUS],
      ['an invalid parameter', 400, 'POST', '?media_category=x', TUS_CREATION],
      ['no protocol', 412, 'PATCH', `/${UNKNOWN}`, USER],
    ])('has Tus-Resumable on the answer to %s, %i', async (_, status, method, path, headers) => {
      const answer = await send(method, endpoint() + path, headers)
      expect([answer.status, answer.headers['tus-resumable']], answer.text).toEqual([status, '1.0.0'])
    })

    it('takes an override of the method with POST only, and answers HEAD without a body', async () => {
      const at = await create(TUS_CREATION)
      const refused = await send('GET', at, { ...TUS, 'x-http-method-override': 'DELETE' })
      expect([refused.status, codeOf(refused)]).toEqual([400, 'invalid_parameter'])
      const head = await send('POST', at, { ...TUS, 'x-http-method-override': 'HEAD' })
      expect([head.status, head.headers['upload-offset'], head.text]).toEqual([200, '0', ''])
    })

    it.each([
      ['Latin-1', `filename ${btoa('caf\xe9.mp4')}`],
      ['URL-safe base64', 'filename _-8='],
      ['text that is not base64', 'filename *.mp4'],
      ['unknown keys', 'is_confidential,caption a b'],
    ])('keeps metadata that it does not read: %s', async (_, entry) => {
      const metadata = `${entry},alt_text ,${TYPE}`
      const at = await create({ ...TUS_CREATION, 'upload-metadata': metadata })
      expect((await send('HEAD', at, TUS)).headers['upload-metadata']).toBe(metadata)
      expect((await append(at, [0, file.length], TUS_CHUNK)).status).toBe(204)
    })

    it('refuses a key that is sent twice', async () => {
      const answer = await send('POST', endpoint(), { ...TUS_CREATION, 'upload-metadata': `${TYPE},a,a` })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_parameter'])
    })

    it('tells where an upload is whose first bytes do not match their checksum', async () => {
      const headers = { ...TUS_CREATION, ...TUS_CHUNK, 'upload-checksum': `sha1 ${btoa('x'.repeat(20))}` }
      const answer = await send('POST', endpoint(), { ...headers, 'content-length': file.length }, [file])
      expect([answer.status, codeOf(answer)]).toEqual([460, 'checksum_mismatch'])
      const at = new URL(String(answer.headers.location), endpoint()).href
      expect((await append(at, [0, file.length], TUS_CHUNK)).status).toBe(204)
    })

    it('deletes an upload only with Tus-Resumable', async () => {
      const at = await create(TUS_CREATION)
      const refused = await send('DELETE', at, USER)
      expect([refused.status, codeOf(refused)]).toEqual([412, 'unsupported_version'])
      expect((await send('DELETE', at, TUS)).status).toBe(204)
    })

    it('answers OPTIONS without a sign-in, and as a preflight only if it is one', async () => {
      const page = { origin: 'https://app.example' }
      const answer = await send('OPTIONS', endpoint(), page)
      expect([answer.status, answer.headers['tus-version']]).toEqual([204, '1.0.0'])
      expect(answer.headers['access-control-allow-origin']).toBe('*')
      expect(answer.headers['access-control-expose-headers']).toContain('Tus-Version')
      const preflight = await send('OPTIONS', endpoint(), { ...page, 'access-control-request-method': 'PATCH' })
      expect([preflight.status, preflight.headers['tus-version']]).toEqual([204, undefined])
      expect(preflight.headers['access-control-allow-methods']).toContain('PATCH')
    })
  })

  describe('by the IETF draft', () => {
    it('takes structured fields with parameters', async () => {
      const at = await create({ ...DRAFT_CREATION, 'upload-complete': '?0;a=b', 'upload-length': `${file.length};a` })
      const first = await append(at, [0, 8000], { ...DRAFT_CHUNK, 'upload-offset': '0;a=1', 'upload-complete': '?0;a' })
      expect(first.status, first.text).toBe(204)
      const last = { ...DRAFT_CHUNK, 'upload-offset': '8000; a="b;c"', 'upload-complete': '?1;a=b' }
      const answer = await append(at, [8000, file.length], last)
      expect([answer.status, answer.headers['upload-complete']], answer.text).toEqual([200, '?1'])
    })

    it('tells that the upload is incomplete when a chunk has a wrong offset', async () => {
      const at = await create(DRAFT_CREATION)
      const answer = await append(at, [1, 8000], { ...DRAFT_CHUNK, 'upload-complete': '?0' })
      const { 'upload-complete': complete, 'upload-offset': offset, 'tus-resumable': tus } = answer.headers
      expect([answer.status, complete, offset, tus]).toEqual([409, '?0', '0', undefined])
    })

    it('knows HEAD and DELETE of an upload that the draft created', async () => {
      const at = await create(DRAFT_CREATION)
      const head = await send('HEAD', at, USER)
      expect(head.headers['upload-limit']).toMatch(/^max-size=\d+, max-age=\d+$/)
      const removed = await send('DELETE', at, USER)
      expect([head.status, removed.status]).toEqual([200, 204])
      expect([head.headers['tus-resumable'], removed.headers['tus-resumable']]).toEqual([undefined, undefined])
    })

    it('tells no limit that gets tighter during an upload', async () => {
      const limits = [(await send('OPTIONS', endpoint(), USER)).headers['upload-limit']]
      const at = await create(DRAFT_CREATION)
      for (const range of [[0, 8000] as const, [8000, 8001] as const]) {
        const answer = await append(at, range, { ...DRAFT_CHUNK, 'upload-complete': '?0' })
        expect(answer.status, answer.text).toBe(204)
        limits.push(answer.headers['upload-limit'])
      }
      const ages = limits.map((limit) => Number(/^max-size=\d+, max-age=(\d+)$/.exec(String(limit))?.[1]))
      expect(ages[0]).toBeLessThan(Number(ages[1]))
      expect(ages[2]).toBeGreaterThan(Number(ages[0]))
    })

    it('tells the limits when the upload is too large', async () => {
      const answer = await send('POST', endpoint(), {
        ...DRAFT_CREATION,
        'content-type': 'image/png',
        'upload-length': 1e8,
      })
      expect([answer.status, codeOf(answer)]).toEqual([413, 'too_large'])
      expect(answer.headers['upload-limit']).toMatch(/^max-size=5242880, max-age=3\d{3}$/)
    })
  })
}
