import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import { createXMedia, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { codeOf, optionsWith } from '../../support/app.ts'
import { append, compatClient, errorOf, finalize, initialize, json } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

const KIB = 1024
/** The most that X accepts at INIT, 16 GiB. */
const MAX_TOTAL_BYTES = 17_179_869_184
const PREMIUM = { categoryBytes: { tweet_video: MAX_TOTAL_BYTES } }

function setUp(emulatorOptions: EmulatorOptions, changes: Partial<XMediaOptions>) {
  const emulator = createEmulator(emulatorOptions)
  const x = { ...changes.x, fetch: async (url: string, init: RequestInit) => emulator.app.request(url, init) }
  return { emulator, options: optionsWith({ ...changes, x }) }
}

async function expectSegments(emulator: Emulator, file: Uint8Array, count: number): Promise<void> {
  const [upload] = emulator.uploads()
  expect(upload?.segments).toHaveLength(count)
  const sha256 = createHash('sha256').update(file).digest('hex')
  expect(await emulator.upload(upload?.id ?? '')).toMatchObject({ finalized: true, sha256 })
  expect(emulator.violations()).toEqual([])
}

/** Sends a raw body, and says that it has so many bytes. */
async function postRaw(options: XMediaOptions, body: Uint8Array<ArrayBuffer>, bytes = body.length): Promise<Response> {
  const headers = { 'content-type': 'video/mp4', 'content-length': String(bytes) }
  return await xMedia(options).request('/', { method: 'POST', body, headers })
}

const tusCreation = (bytes: number) => ({
  ...{ 'tus-resumable': '1.0.0', 'upload-length': String(bytes) },
  'upload-metadata': `filetype ${btoa('video/mp4')}`,
})
const tusChunk = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }

describe('an upload of 5,000 segments', () => {
  const file = sampleFile('video/mp4', 5000 * KIB)
  const large = { x: { maxSegments: 10_000, segmentBytes: KIB } }

  it('goes to X as a raw body', async () => {
    const { emulator, options } = setUp({ maxSegments: 5000 }, large)
    const response = await postRaw(options, file)
    expect(response.status, await response.clone().text()).toBe(201)
    await expectSegments(emulator, file, 5000)
  })

  it('goes to X as a resumable upload', async () => {
    const { emulator, options } = setUp({ maxSegments: 5000 }, large)
    const app = xMedia(options)
    const created = await app.request('/files', { method: 'POST', headers: tusCreation(file.length) })
    const path = created.headers.get('location') ?? ''
    const half = file.length / 2
    for (const offset of [0, half]) {
      const headers = { ...tusChunk, 'upload-offset': String(offset), 'content-length': String(half) }
      const body = file.slice(offset, offset + half)
      expect((await app.request(path, { method: 'PATCH', body, headers })).status).toBe(204)
    }
    await expectSegments(emulator, file, 5000)
  })

  it('is refused by an X whose indices end at 4,998', async () => {
    const { options } = setUp({ maxSegments: 4999 }, large)
    expect(await codeOf(postRaw(options, file))).toEqual([502, 'x_rejected_media'])
  })

  it('has larger segments, and so fewer, where x.maxSegments allows no more', async () => {
    const { emulator, options } = setUp({}, { x: { segmentBytes: KIB } })
    const response = await postRaw(options, file)
    expect(response.status).toBe(201)
    await expectSegments(emulator, file, 1000)
  })
})

describe('the last segment of X’s own API', () => {
  it.each([
    [1000, 999, 1000],
    [10_000, 9999, 10_000],
  ])('with x.maxSegments of %i has the index %i', async (maxSegments, last, beyond) => {
    const x = { maxSegments, segmentBytes: 5000 }
    const { options } = setUp({ maxSegments: 10_000 }, { x })
    const send = compatClient({ x: options.x ?? {} })
    const file = sampleFile('video/mp4', 9000)
    const id = await initialize(send, { media_type: 'video/mp4', total_bytes: file.length })
    expect((await append(send, id, 0, file.slice(0, 5000))).status).toBe(200)
    expect((await append(send, id, last, file.slice(5000, 5001))).status).toBe(200)
    expect((await errorOf(append(send, id, beyond, file.slice(5001, 5002))))[0]).toBe(400)
    expect((await errorOf(finalize(send, id)))[0]).toBe(400)
  })
})

describe('an upload of 17,179,869,184 bytes', () => {
  const options = { x: { maxSegments: 10_000 }, limits: PREMIUM }
  const head = sampleFile('video/mp4', 5000)

  it('is initialized as a raw body, and one of a byte more is not', async () => {
    const { emulator, options: appOptions } = setUp({ account: 'premium' }, options)
    expect(await codeOf(postRaw(appOptions, head, MAX_TOTAL_BYTES + 1))).toEqual([413, 'too_large'])
    expect(emulator.uploads()).toEqual([])
    expect(await codeOf(postRaw(appOptions, head, MAX_TOTAL_BYTES))).toEqual([400, 'body_too_short'])
    expect(emulator.uploads()).toMatchObject([{ total_bytes: MAX_TOTAL_BYTES, finalized: false }])
  })

  it('is initialized as a resumable upload, and one of a byte more is not', async () => {
    const { emulator, options: appOptions } = setUp({ account: 'premium' }, options)
    const app = xMedia(appOptions)
    const create = (bytes: number) => app.request('/files', { method: 'POST', headers: tusCreation(bytes) })
    expect(await codeOf(create(MAX_TOTAL_BYTES + 1))).toEqual([413, 'too_large'])
    const path = (await create(MAX_TOTAL_BYTES)).headers.get('location') ?? ''
    const headers = { ...tusChunk, 'content-length': String(head.length) }
    expect((await app.request(path, { method: 'PATCH', body: head, headers })).status).toBe(204)
    expect(emulator.uploads()).toMatchObject([{ total_bytes: MAX_TOTAL_BYTES, size: head.length }])
  })

  it('is initialized over X’s own API, and one of a byte more is not', async () => {
    const { emulator, options: appOptions } = setUp({ account: 'premium' }, options)
    const send = compatClient({ x: appOptions.x ?? {}, limits: PREMIUM })
    const media = { media_type: 'video/mp4', total_bytes: MAX_TOTAL_BYTES }
    await initialize(send, media)
    const larger = send('POST', '/upload/initialize', json({ ...media, total_bytes: MAX_TOTAL_BYTES + 1 }))
    expect(await errorOf(larger)).toEqual([400, expect.stringContaining('total_bytes')])
    expect(emulator.uploads()).toMatchObject([{ total_bytes: MAX_TOTAL_BYTES }])
  })

  it('is initialized by the app itself', async () => {
    const { emulator, options: appOptions } = setUp({ account: 'premium' }, options)
    const client = createXMedia({ token: 't', x: appOptions.x ?? {}, limits: PREMIUM })
    const upload = (totalBytes: number) =>
      client.upload({ source: new Blob([head]), mediaType: 'video/mp4', totalBytes })
    await expect(upload(MAX_TOTAL_BYTES + 1)).rejects.toMatchObject({ code: 'too_large' })
    await expect(upload(MAX_TOTAL_BYTES)).rejects.toMatchObject({ code: 'body_too_short' })
    expect(emulator.uploads()).toMatchObject([{ total_bytes: MAX_TOTAL_BYTES }])
  })

  it('is too large where x.maxSegments cannot hold it, before X is asked', async () => {
    const { emulator, options: appOptions } = setUp(
      { account: 'premium' },
      { x: { maxSegments: 1200 }, limits: PREMIUM },
    )
    expect(await codeOf(postRaw(appOptions, head, 6_000_000_001))).toEqual([413, 'too_large'])
    expect(emulator.uploads()).toEqual([])
    expect(await codeOf(postRaw(appOptions, head, 6_000_000_000))).toEqual([400, 'body_too_short'])
    expect(emulator.uploads()).toHaveLength(1)
  })

  it('is too large by default, with every byte above 5,000,000,000', async () => {
    const { emulator, options: appOptions } = setUp({}, {})
    expect(await codeOf(postRaw(appOptions, head, 5_000_000_001))).toEqual([413, 'too_large'])
    expect(emulator.uploads()).toEqual([])
    expect(await codeOf(postRaw(appOptions, head, 5_000_000_000))).toEqual([400, 'body_too_short'])
  })
})
