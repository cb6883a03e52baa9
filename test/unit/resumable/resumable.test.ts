import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore, type Store, type XMediaOptions } from '../../../src/index.ts'
import { codeOf, describedMedia, emulator, optionsWith } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

const SEGMENT = 5000
const file = sampleFile('video/mp4', 22_000)
const TUS = { 'tus-resumable': '1.0.0', 'x-demo-user': 'u1' }
const IETF = { 'upload-draft-interop-version': '6', 'x-demo-user': 'u1' }
const METADATA = `filename ${btoa('a.mp4')},filetype ${btoa('video/mp4')}`
const PIECE = { ...TUS, 'content-type': 'application/offset+octet-stream' }

let store: Store

function appWith(more: Partial<XMediaOptions> = {}): Hono {
  return new Hono().route(
    '/media',
    describedMedia(optionsWith(more, optionsWith({ store, x: { segmentBytes: SEGMENT } }))),
  )
}

async function create(app: Hono, headers: Record<string, string> = {}): Promise<string> {
  const response = await app.request('/media/files', {
    method: 'POST',
    headers: { ...TUS, 'upload-length': String(file.length), 'upload-metadata': METADATA, ...headers },
  })
  expect(response.status, await response.clone().text()).toBe(201)
  const location = response.headers.get('location') ?? ''
  expect(location).toMatch(/^\/media\/files\/[0-9a-f]{32}$/)
  return location
}

function patch(app: Hono, at: string, from: number, to: number, headers: Record<string, string> = {}) {
  const body = file.slice(from, to)
  const length = { 'content-length': String(body.length) }
  return app.request(at, {
    method: 'PATCH',
    body,
    headers: { ...PIECE, ...length, 'upload-offset': String(from), ...headers },
  })
}

const head = (app: Hono, at: string, headers: Record<string, string> = TUS) =>
  app.request(at, { method: 'HEAD', headers })

async function expectReceived(mediaId: string | null): Promise<number[]> {
  const answer = await emulator.app.request(`/_emulator/uploads/${mediaId}`)
  const upload: { finalized: boolean; sha256: string; segments: { size: number }[] } = await answer.json()
  expect(upload).toMatchObject({ finalized: true, sha256: createHash('sha256').update(file).digest('hex') })
  return upload.segments.map(({ size }) => size)
}

beforeEach(() => {
  store = memoryStore()
})

describe('an upload by tus', () => {
  it('goes over in one piece, and its last answer tells the media and where its status is', async () => {
    const app = appWith()
    const at = await create(app)
    const answer = await patch(app, at, 0, file.length)
    expect(answer.status, await answer.clone().text()).toBe(204)
    expect(answer.headers.get('upload-offset')).toBe('22000')
    const id = answer.headers.get('x-media-id')
    expect(await expectReceived(id)).toEqual([5000, 5000, 5000, 5000, 2000])
    expect(answer.headers.get('location')).toMatch(new RegExp(`^/media/status/${id}\\?ticket=`))
    const status = await app.request(answer.headers.get('location') ?? '', { headers: TUS })
    expect(await status.json()).toMatchObject({ data: { id } })
    const later = await head(app, at)
    expect(later.status).toBe(200)
    expect(later.headers.get('location')).toMatch(new RegExp(`^/media/status/${id}\\?ticket=`))
    expect(later.headers.get('upload-metadata')).toBe(METADATA)
  })

  it('goes over in pieces that end anywhere', async () => {
    const app = appWith()
    const at = await create(app)
    for (const [from, to] of [
      [0, 7000],
      [7000, 7001],
      [7001, 20_000],
    ] as const) {
      const answer = await patch(app, at, from, to)
      expect(answer.status, await answer.clone().text()).toBe(204)
      expect(answer.headers.get('upload-offset')).toBe(String(to))
      expect((await head(app, at)).headers.get('upload-offset')).toBe(String(to))
    }
    const last = await patch(app, at, 20_000, 22_000, { prefer: 'return=representation' })
    expect(last.status).toBe(200)
    const { data }: { data: { id: string } } = await last.json()
    expect(await expectReceived(data.id)).toEqual([5000, 2000, 1, 5000, 5000, 2999, 2000])
  })

  it('tells the wrong offset from the right one', async () => {
    const app = appWith()
    const at = await create(app)
    await patch(app, at, 0, 6000)
    const answer = await patch(app, at, 5000, 9000)
    expect(answer.headers.get('upload-offset')).toBe('6000')
    expect(await codeOf(answer)).toEqual([409, 'offset_mismatch'])
  })

  it('does not exist for others, whatever they ask', async () => {
    const app = appWith()
    const at = await create(app)
    const unknown = await (await app.request(`/media/files/${'0'.repeat(32)}`, { headers: TUS })).text()
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const headers = { ...PIECE, 'upload-offset': '0', 'x-demo-user': 'u2' }
      const answer = await app.request(at, { method, headers })
      expect(answer.status, method).toBe(404)
      expect(await answer.text()).toBe(unknown)
    }
    expect((await head(app, at)).status).toBe(200)
  })

  it('is gone once removed', async () => {
    const app = appWith()
    const at = await create(app)
    expect((await app.request(at, { method: 'DELETE', headers: TUS })).status).toBe(204)
    expect((await head(app, at)).status).toBe(404)
  })

  it('takes the first bytes with its creation', async () => {
    const app = appWith()
    const answer = await app.request('/media/files', {
      method: 'POST',
      body: file,
      headers: { ...PIECE, 'content-length': '22000', 'upload-length': '22000', 'upload-metadata': METADATA },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('upload-offset')).toBe('22000')
    expect(answer.headers.get('location')).toMatch(/^\/media\/files\//)
    await expectReceived(answer.headers.get('x-media-id'))
  })

  it('is told its length late, but not after its first bytes', async () => {
    const app = appWith()
    const response = await app.request('/media/files', {
      method: 'POST',
      headers: { ...TUS, 'upload-defer-length': '1', 'upload-metadata': METADATA },
    })
    const at = response.headers.get('location') ?? ''
    expect((await head(app, at)).headers.get('upload-defer-length')).toBe('1')
    expect(await codeOf(patch(app, at, 0, 6000))).toEqual([411, 'length_required'])
    expect(await codeOf(patch(app, at, 0, 0, { 'upload-length': '0' }))).toEqual([400, 'empty_body'])
    expect((await patch(app, at, 0, 6000, { 'upload-length': '22000' })).status).toBe(204)
    expect(await codeOf(patch(app, at, 6000, 7000, { 'upload-length': '22001' }))).toEqual([400, 'length_inconsistent'])
    const last = await patch(app, at, 6000, 22_000)
    await expectReceived(last.headers.get('x-media-id'))
  })

  it('verifies checksums before X gets the bytes', async () => {
    const app = appWith()
    const at = await create(app)
    const sum = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('base64')
    const wrong = { 'upload-checksum': `sha1 ${sum('sha1', file.slice(1, 5001))}` }
    expect(await codeOf(patch(app, at, 0, 5000, wrong))).toEqual([460, 'checksum_mismatch'])
    expect((await head(app, at)).headers.get('upload-offset')).toBe('0')
    expect(await codeOf(patch(app, at, 0, 5000, { 'upload-checksum': 'md5 aaaa' }))).toEqual([
      400,
      'checksum_unsupported',
    ])
    const large = { 'upload-checksum': `sha1 ${sum('sha1', file.slice(0, 5001))}` }
    expect(await codeOf(patch(app, at, 0, 5001, large))).toEqual([413, 'too_large'])
    for (const [algorithm, from] of [
      ['sha1', 0],
      ['sha256', 5000],
    ] as const) {
      const right = { 'upload-checksum': `${algorithm} ${sum(algorithm, file.slice(from, from + 5000))}` }
      expect((await patch(app, at, from, from + 5000, right)).status).toBe(204)
    }
    await expectReceived((await patch(app, at, 10_000, 22_000)).headers.get('x-media-id'))
  })

  it.each([
    ['another version', { 'tus-resumable': '0.2.2' }, 412, 'unsupported_version'],
    ['no length', { 'upload-length': '' }, 400, 'invalid_length'],
    ['no bytes', { 'upload-length': '0' }, 400, 'empty_body'],
    ['too many bytes', { 'upload-length': '9000000000' }, 413, 'too_large'],
    ['a concatenation', { 'upload-concat': 'partial' }, 400, 'unsupported_extension'],
    ['no type', { 'upload-metadata': `filename ${btoa('a')}` }, 415, 'unsupported_media_type'],
    ['metadata that is no base64', { 'upload-metadata': 'filetype *' }, 400, 'invalid_parameter'],
  ])('is refused with %s', async (_, headers, status, code) => {
    const all = { ...TUS, 'upload-length': '22000', 'upload-metadata': METADATA, ...headers }
    expect(await codeOf(appWith().request('/media/files', { method: 'POST', headers: all }))).toEqual([status, code])
  })

  it('costs X nothing when its first bytes are not what they are said to be', async () => {
    const app = appWith()
    const at = await create(app, { 'upload-metadata': `filetype ${btoa('image/png')}` })
    const before = await (await emulator.app.request('/_emulator/uploads')).text()
    expect(await codeOf(patch(app, at, 0, 22_000))).toEqual([415, 'signature_mismatch'])
    expect(await (await emulator.app.request('/_emulator/uploads')).text()).toBe(before)
  })

  it('that X does not finalize makes who asks wait, and X is left alone meanwhile', async () => {
    let finalized = 0
    const app = appWith({
      x: {
        retry: { retries: 0 },
        async fetch(url, init) {
          if (!url.endsWith('/finalize')) return emulator.app.request(url, init)
          finalized++
          return new Response(null, { status: 503 })
        },
      },
    })
    const at = await create(app)
    expect(await codeOf(patch(app, at, 0, file.length))).toEqual([502, 'x_unavailable'])
    for (let asked = 0; asked < 3; asked++) {
      const answer = await app.request(at, { headers: TUS })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await codeOf(answer)).toEqual([423, 'upload_locked'])
    }
    expect(finalized).toBe(1)
  })

  it('goes on by PATCH when its creation took only a part of it', async () => {
    let appends = 0
    const app = appWith({
      x: {
        retry: { retries: 0 },
        concurrency: 1,
        async fetch(url, init) {
          if (!url.endsWith('/append') || ++appends !== 3) return emulator.app.request(url, init)
          return new Response(null, { status: 503 })
        },
      },
    })
    const created = await app.request('/media/files', {
      method: 'POST',
      body: file,
      headers: { ...PIECE, 'content-length': '22000', 'upload-length': '22000', 'upload-metadata': METADATA },
    })
    expect([created.status, created.headers.get('upload-offset')]).toEqual([201, '10000'])
    const last = await patch(app, created.headers.get('location') ?? '', 10_000, 22_000)
    await expectReceived(last.headers.get('x-media-id'))
  })

  it('counts once towards the quota, however often its INIT fails', async () => {
    let down = true
    const app = appWith({
      limits: { quota: { uploads: 1 } },
      x: {
        retry: { retries: 0 },
        fetch: async (url, init) => (down ? new Response(null, { status: 503 }) : emulator.app.request(url, init)),
      },
    })
    const at = await create(app)
    for (let tried = 0; tried < 3; tried++) {
      expect(await codeOf(patch(app, at, 0, file.length))).toEqual([502, 'x_unavailable'])
    }
    down = false
    await expectReceived((await patch(app, at, 0, file.length)).headers.get('x-media-id'))
  })

  it('does not have its status set back by a HEAD', async () => {
    const app = appWith()
    const at = await create(app)
    const answer = await patch(app, at, 0, file.length)
    const where = answer.headers.get('location') ?? ''
    const state = async () => {
      const status: { data: { processing_info: { state: string } } } = await (
        await app.request(where, { headers: TUS })
      ).json()
      return status.data.processing_info.state
    }
    await vi.waitUntil(async () => (await state()) === 'succeeded', { timeout: 10_000, interval: 200 })
    await head(app, at)
    expect(await state()).toBe('succeeded')
  })

  it('is answered 503 while the store does not work, and 423 where it is asked about', async () => {
    let broken = false
    const working = memoryStore()
    const app = appWith({
      store: {
        get: (key) => (broken ? Promise.reject(new Error('no connection')) : working.get(key)),
        compareAndSwap: (...swap) =>
          broken ? Promise.reject(new Error('no connection')) : working.compareAndSwap(...swap),
      },
    })
    const at = await create(app)
    broken = true
    expect(await codeOf(patch(app, at, 0, file.length))).toEqual([503, 'store_unavailable'])
    expect(await codeOf(app.request(at, { headers: TUS }))).toEqual([423, 'upload_locked'])
    broken = false
    await expectReceived((await patch(app, at, 0, file.length)).headers.get('x-media-id'))
  })

  it('is begun as often in an hour as the options say, by each subject, and kept for an hour without bytes', async () => {
    const app = appWith({ limits: { creationsPerHour: 2 } })
    const at = await create(app)
    const expires = Date.parse((await head(app, at)).headers.get('upload-expires') ?? '') - Date.now()
    expect(Math.round(expires / 60_000)).toBe(60)
    await create(app)
    const headers = { ...TUS, 'upload-length': '22000', 'upload-metadata': METADATA }
    const third = await app.request('/media/files', { method: 'POST', headers })
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(third)).toEqual([429, 'quota_exceeded'])
    await create(app, { 'x-demo-user': 'u2' })
  })

  it('tells what it can do', async () => {
    const answer = await appWith().request('/media/files', { method: 'OPTIONS', headers: TUS })
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-resumable': '1.0.0',
      'tus-checksum-algorithm': 'sha1,sha256',
      'upload-limit': 'max-size=5000000000, min-append-size=4100, max-age=86400',
    })
  })
})

describe('an upload by the draft of the IETF', () => {
  it.each(['6', '8'])('goes over in pieces, in version %s', async (version) => {
    const app = appWith()
    const headers = { ...IETF, 'upload-draft-interop-version': version }
    const created = await app.request('/media/files', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'video/mp4', 'upload-complete': '?0', 'upload-length': '22000' },
    })
    expect(created.status, await created.clone().text()).toBe(201)
    expect(created.headers.get('upload-draft-interop-version')).toBe(version)
    expect(created.headers.get('upload-complete')).toBe('?0')
    const at = created.headers.get('location') ?? ''
    const piece = { ...headers, 'content-type': 'application/partial-upload' }
    const append = (from: number, to: number, complete: string) =>
      app.request(at, {
        method: 'PATCH',
        body: file.slice(from, to),
        headers: {
          ...piece,
          'content-length': String(to - from),
          'upload-offset': String(from),
          'upload-complete': complete,
        },
      })
    const first = await append(0, 12_000, '?0')
    expect(first.status).toBe(204)
    expect(first.headers.get('upload-complete')).toBe('?0')
    const wrong = await append(11_000, 22_000, '?1')
    expect(wrong.status).toBe(409)
    expect(await wrong.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
      'expected-offset': 12_000,
      'provided-offset': 11_000,
    })
    expect(await codeOf(append(12_000, 20_000, '?1'))).toEqual([400, 'length_inconsistent'])
    const last = await append(12_000, 22_000, '?1')
    expect(last.status).toBe(200)
    expect(last.headers.get('upload-complete')).toBe('?1')
    const { data }: { data: { id: string } } = await last.json()
    await expectReceived(data.id)
    expect((await head(app, at, IETF)).headers.get('upload-complete')).toBe('?1')
  })
})
