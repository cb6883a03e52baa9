import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type LimitOptions, xMediaUpload } from '../../../src/index.ts'
import { createInstance, instanceOf } from '../../../src/instance.ts'
import { NEWCOMERS } from '../../../src/lib/fair-budget.ts'
import type { PrincipalLimits } from '../../../src/options.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../../../src/relay/segment-plan.ts'
import { authorize, requireSecret } from '../../../src/routes/authorize.ts'
import { observeRequests } from '../../../src/routes/observe.ts'
import { receiveUpload, type UploadEnv, validateUpload } from '../../../src/routes/upload.ts'
import { createQuota, memoryQuotaStore } from '../../../src/store/quota.ts'
import { base, codeOf, describedMedia, optionsWith, png, post } from '../../support/app.ts'
import { createFakeClock, useFakeClock } from '../../support/clock.ts'
import { NOTHING_HELD } from '../../support/counters.ts'
import { sampleFile } from '../../support/media.ts'
import { slowUpload } from '../../support/slow-upload.ts'

const MIB = 1024 * 1024

describe('the limits of a principal', () => {
  const withLimits = (own: PrincipalLimits, limits: LimitOptions = {}) =>
    describedMedia(optionsWith({ limits, authorize: () => ({ subject: 'u1', limits: own }) }))

  it('lower the size limit of the server, and never raise it', async () => {
    expect((await withLimits({ uploadBytes: 5000 }).request('/', post(png))).status).toBe(201)
    expect(await codeOf(withLimits({ uploadBytes: 4999 }).request('/', post(png)))).toEqual([413, 'too_large'])
    const raised = withLimits({ uploadBytes: 9999 }, { uploadBytes: 4999 })
    expect(await codeOf(raised.request('/', post(png)))).toEqual([413, 'too_large'])
    expect(await codeOf(withLimits({ uploadBytes: Number.NaN }).request('/', post(png)))).toEqual([413, 'too_large'])
  })

  it('can set a quota', async () => {
    const app = withLimits({ quota: { uploads: 1 } }, { quota: { uploads: 100 } })
    expect((await app.request('/', post(png))).status).toBe(201)
    expect(await codeOf(app.request('/', post(png)))).toEqual([429, 'quota_exceeded'])
  })
})

describe('a quota', () => {
  it('counts uploads and bytes per subject, refuses more, and starts again with each period', async () => {
    const clock = createFakeClock()
    const quota = createQuota({ uploads: 3, bytes: 100, periodSecs: 60 }, clock)
    await quota.consume('a', 60)
    await expect(quota.consume('a', 41)).rejects.toMatchObject({
      code: 'quota_exceeded',
      retryAfterSecs: expect.any(Number),
    })
    await quota.consume('a', 40)
    await quota.consume('b', 100)
    await expect(quota.consume('a', 1)).rejects.toMatchObject({ code: 'quota_exceeded' })
    await clock.advance(60_000)
    for (let upload = 0; upload < 3; upload++) await quota.consume('a', 1)
    await expect(quota.consume('a', 1)).rejects.toMatchObject({ code: 'quota_exceeded' })
  })

  it('forgets periods that are over', async () => {
    const clock = createFakeClock()
    const store = memoryQuotaStore(clock)
    const use = { uploads: 1, bytes: 10 }
    expect(await store.add('0:a', use, clock.now() + 1000)).toMatchObject(use)
    expect(await store.add('0:a', use, clock.now() + 1000)).toMatchObject({ uploads: 2, bytes: 20 })
    await clock.advance(1001)
    expect(await store.add('0:a', use, clock.now() + 1000)).toMatchObject(use)
  })

  it('does not count uploads that are refused before INIT', async () => {
    const app = describedMedia(optionsWith({ limits: { quota: { uploads: 1 } } }))
    expect(await codeOf(app.request('/', post(new Uint8Array(100))))).toEqual([415, 'signature_mismatch'])
    expect((await app.request('/', post(png))).status).toBe(201)
    const refused = await app.request('/', post(png))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await codeOf(refused)).toEqual([429, 'quota_exceeded'])
  })
})

describe('admission', () => {
  it('limits the uploads at once, per subject and in all, and admits the next one when one has ended', async () => {
    const app = describedMedia(optionsWith({ limits: { uploads: 3, uploadsPerSubject: 2 } }))
    const open = [slowUpload(app, { user: 'a' }), slowUpload(app, { user: 'a' })]
    const refused = await app.request('/', post(png, { 'x-demo-user': 'a' }))
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await codeOf(refused)).toEqual([503, 'too_many_uploads'])
    open.push(slowUpload(app, { user: 'b' }))
    expect(await codeOf(app.request('/', post(png, { 'x-demo-user': 'c' })))).toEqual([503, 'too_many_uploads'])
    open[0]?.finish()
    expect((await open[0]?.answer)?.status).toBe(201)
    expect((await app.request('/', post(png, { 'x-demo-user': 'c' }))).status).toBe(201)
    open[1]?.abort()
    expect((await open[1]?.answer)?.status).toBe(499)
    open[2]?.finish()
    await open[2]?.answer
  })

  it('keeps places for subjects that have none, however much memory there is for the others', async () => {
    const app = describedMedia(optionsWith({ limits: { uploads: 64, memoryBytes: 512 * MIB } }))
    const open = Array.from({ length: 34 }, (_, index) => slowUpload(app, { user: index < 32 ? 'a' : 'b' }))
    for (const user of ['a', 'b']) {
      expect(await codeOf(app.request('/', post(png, { 'x-demo-user': user })))).toEqual([503, 'too_many_uploads'])
    }
    for (const user of ['c', 'd']) {
      expect(await codeOf(app.request('/', post(png, { 'x-demo-user': user })))).toEqual([201, undefined])
    }
    for (const upload of open) upload.abort()
    await Promise.all(open.map(({ answer }) => answer))
    const again = Array.from({ length: 32 }, () => slowUpload(app, { user: 'a' }))
    for (const upload of again) upload.finish()
    expect((await Promise.all(again.map(({ answer }) => answer))).map(({ status }) => status)).not.toContain(503)
  })

  it('frees the place and the memory of an upload, however it ends', async () => {
    const instance = createInstance({ ...base, onEvent: () => {} })
    const app = new Hono<UploadEnv>()
      .use(observeRequests(instance), requireSecret(instance), authorize(instance))
      .post('/', validateUpload, receiveUpload(instance), (c) => c.body(null, 201))
    const ended = [
      post(png),
      post(new Uint8Array(100)),
      post(png, { 'content-length': '4999' }),
      post(png, { 'content-length': '5001' }),
      post(png, { 'content-type': 'multipart/form-data; boundary=b' }),
      post(png, { 'content-type': 'text/html' }),
    ]
    const statuses: number[] = []
    for (const init of ended) statuses.push((await app.request('/', init)).status)
    expect(statuses).toEqual([201, 415, 400, 400, 400, 415])
    const aborted = slowUpload(app, { user: 'u1' })
    await expect.poll(() => instance.counters().uploads).toBe(1)
    aborted.abort()
    await aborted.answer
    expect(instance.counters()).toEqual(NOTHING_HELD)
  })

  it('refuses an upload with overloaded while there is no memory for it', async () => {
    const options = optionsWith({ limits: { memoryBytes: 48 * MIB, uploads: 1000 } })
    const app = describedMedia(options)
    const { memory } = instanceOf(options).relay
    const uploads = Math.floor((24 * MIB) / memory.cost(MIN_UPLOAD_BUFFER_BYTES)) + NEWCOMERS
    const open = Array.from({ length: uploads }, (_, index) => slowUpload(app, { user: `user ${index}` }))
    await expect.poll(() => codeOf(app.request('/', post(png)))).toEqual([503, 'overloaded'])
    for (const upload of open) upload.finish()
    const answers = await Promise.all(open.map(({ answer }) => answer))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect((await app.request('/', post(png))).status).toBe(201)
  })

  it('refuses a fast client with overloaded when memory is short, but accepts a slow one', async () => {
    const clock = useFakeClock()
    const app = describedMedia(optionsWith({ limits: { memoryBytes: 48 * MIB } }))
    // Each has sent more than its minimum of memory holds. Of their subject's half, they leave 288 KiB.
    const begun = sampleFile('video/mp4', 40_000)
    const open = Array.from({ length: 46 }, () => slowUpload(app, { user: 'u1', begun, length: 50_000 }))
    const quick = () => codeOf(app.request('/', post(sampleFile('video/mp4', MIB), { 'content-type': 'video/mp4' })))
    await expect.poll(quick).toEqual([503, 'overloaded'])
    expect((await app.request('/', post(png))).status).toBe(201)
    // The others have fallen silent.
    await clock.advance(5000)
    expect(await quick()).toEqual([201, undefined])
    for (const upload of open) upload.abort()
    await Promise.all(open.map(({ answer }) => answer))
  })

  it('keeps no place for a request whose body the app has already read', async () => {
    const options = optionsWith({ limits: { uploadsPerSubject: 1 } })
    const app = new Hono()
      .use(async (c, next) => {
        if (c.req.header('x-log')) await c.req.text()
        await next()
      })
      .route('/media', describedMedia(options))
      .onError((_, c) => c.text('broken', 500))
    for (let round = 0; round < 3; round++) {
      expect((await app.request('/media', post(png, { 'x-log': 'yes' }))).status).toBe(500)
    }
    expect((await app.request('/media', post(png))).status).toBe(201)
  })

  it('ends at once when the client has disconnected before its upload started', async () => {
    const body = new ReadableStream<Uint8Array>()
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '1000' }
    const init = { method: 'POST', body, headers, duplex: 'half', signal: AbortSignal.abort() }
    expect(await codeOf(describedMedia(base).request(new Request('http://x/', init)))).toEqual([499, 'client_closed'])
  })

  it('ends an upload at its deadline while the app’s inspect does not answer', async () => {
    for (const oneShotBytes of [0, 5000]) {
      const app = describedMedia(
        optionsWith({ x: { oneShotBytes }, limits: { deadlineMs: 50 }, inspect: () => new Promise(() => {}) }),
      )
      expect(await codeOf(app.request('/', post(png)))).toEqual([504, 'deadline_exceeded'])
    }
  })

  it('is shared by mounts with the same options object', async () => {
    const options = optionsWith({ limits: { quota: { uploads: 1 } } })
    const app = new Hono()
      .route('/media', describedMedia(options))
      .post('/posts', xMediaUpload(options), (c) => c.text(c.var.xMedia.id))
    expect((await app.request('/media', post(png))).status).toBe(201)
    expect(await codeOf(app.request('/posts', post(png)))).toEqual([429, 'quota_exceeded'])
  })
})
