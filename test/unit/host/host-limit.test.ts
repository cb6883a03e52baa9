import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { xMediaUpload } from '../../../src/index.ts'
import { base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import { base64, compatClient, errorOf, initialize, json, video } from '../../support/compat-calls.ts'
import {
  append,
  appWith,
  create,
  createByDraft,
  DRAFT_CREATION,
  file,
  head,
  sendDraft,
  TUS,
  USER,
} from '../../support/resumable.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const limitedTo = (hostLimitBytes: number) => ({ http: { hostLimitBytes } })

/** The largest chunk that `Upload-Limit` allows; undefined if it says nothing of it. */
function maxAppendSize({ headers }: Response): string | undefined {
  return /max-append-size=(\d+)/.exec(headers.get('upload-limit') ?? '')?.[1]
}

const askForLimits = async (app: Hono, headers: Record<string, string> = TUS) =>
  maxAppendSize(await app.request('/media/files', { method: 'OPTIONS', headers }))

describe('the limit of the host', () => {
  it.each([
    ['VERCEL', '1', '4000000'],
    ['LAMBDA_TASK_ROOT', '/var/task', '4000000'],
    ['AWS_LAMBDA_FUNCTION_NAME', 'uploads', '4000000'],
    ['K_SERVICE', 'uploads', '30000000'],
    ['FUNCTIONS_WORKER_RUNTIME', 'node', '90000000'],
  ])('is guessed from %s', async (variable, value, expected) => {
    vi.stubEnv(variable, value)
    expect(await askForLimits(appWith())).toBe(expected)
  })

  it.each([
    ['50000000', '50000000'],
    ['500000000', '90000000'],
    ['nonsense', '90000000'],
  ])('follows the setting of Azure Functions, %s bytes', async (setting, expected) => {
    vi.stubEnv('FUNCTIONS_WORKER_RUNTIME', 'node')
    vi.stubEnv('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', setting)
    expect(await askForLimits(appWith())).toBe(expected)
  })

  it('is smaller on Lambda behind a load balancer', async () => {
    vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task')
    const requestContext = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/uploads/1' } }
    const init = { method: 'OPTIONS', headers: TUS }
    const response = await appWith().request('/media/files', init, { event: { requestContext } })
    expect(maxAppendSize(response)).toBe('700000')
  })

  it('is unknown elsewhere', async () => {
    expect(await askForLimits(appWith())).toBeUndefined()
    expect((await appWith().request('/media', post(png))).status).toBe(201)
  })

  it('is what the option says, whatever the platform', async () => {
    vi.stubEnv('VERCEL', '1')
    expect(await askForLimits(appWith(limitedTo(1_000_000)))).toBe('1000000')
  })

  it('cannot be zero', () => {
    expect(() => describedMedia(optionsWith(limitedTo(0)))).toThrow('http.hostLimitBytes')
  })

  it('tells clients of both protocols the largest chunk, at every step', async () => {
    const app = appWith(limitedTo(10_000))
    const draft = { ...USER, 'upload-complete': '?0' }
    const tusPath = await create(app)
    const draftPath = await createByDraft(app)
    const responses = [
      await app.request('/media/files', { method: 'OPTIONS', headers: TUS }),
      await append(app, tusPath, [0, 10_000]),
      await head(app, tusPath),
      await app.request('/media/files', { method: 'OPTIONS', headers: draft }),
      await app.request('/media/files', { method: 'POST', headers: DRAFT_CREATION }),
      await sendDraft(app, draftPath, [0, 10_000], '?0'),
      await head(app, draftPath, USER),
    ]
    expect(responses.map(({ ok }) => ok)).toEqual(responses.map(() => true))
    expect(responses.map(maxAppendSize)).toEqual(responses.map(() => '10000'))
  })

  it.each([
    [5000, 201],
    [4999, 413],
  ])('of %i bytes: a raw body of 5,000 gets %i', async (limit, status) => {
    const app = new Hono().route('/media', describedMedia(optionsWith(limitedTo(limit))))
    expect((await app.request('/media', post(png))).status).toBe(status)
  })

  it.each([
    [10_000, 204],
    [9999, 413],
  ])('of %i bytes: a chunk of 10,000 gets %i', async (limit, status) => {
    const app = appWith(limitedTo(limit))
    expect((await append(app, await create(app), [0, 10_000])).status).toBe(status)
    expect((await sendDraft(app, await createByDraft(app), [0, 10_000], '?0')).status).toBe(status)
  })

  it('explains the refusal, and keeps the upload', async () => {
    const app = appWith(limitedTo(10_000))
    const path = await create(app)
    const refused = await append(app, path, [0, 10_001])
    expect(maxAppendSize(refused)).toBe('10000')
    expect(await refused.json()).toMatchObject({
      code: 'request_too_large',
      detail: expect.stringContaining('10,001 bytes; this server’s host takes 10,000 bytes'),
    })
    for (let from = 0; from < file.length; from += 10_000) {
      const to = Math.min(from + 10_000, file.length)
      expect((await append(app, path, [from, to])).status).toBe(204)
    }
  })

  it('refuses a file that comes with the request that creates its upload', async () => {
    const headers = { ...DRAFT_CREATION, 'upload-complete': '?1', 'content-length': String(file.length) }
    const request = { method: 'POST', headers, body: file }
    const refused = await appWith(limitedTo(10_000)).request('/media/files', request)
    expect(maxAppendSize(refused)).toBe('10000')
    expect(await codeOf(refused)).toEqual([413, 'request_too_large'])
  })

  it('holds for uploads on a route of the app’s own, and for X’s own API', async () => {
    const app = new Hono().post('/posts', xMediaUpload({ ...base, ...limitedTo(4999) }), (c) => c.text('posted'))
    expect(await codeOf(app.request('/posts', post(png)))).toEqual([413, 'request_too_large'])
    const send = compatClient(limitedTo(4999))
    const segment = json({ segment_index: 0, media: base64(video.slice(0, 5000)) })
    const refused = await errorOf(send('POST', `/upload/${await initialize(send)}/append`, segment))
    expect(refused).toEqual([400, expect.stringContaining('host takes 4,999 bytes')])
  })

  it('is checked before X hears of the upload', async () => {
    const before = emulator.uploads().length
    const app = new Hono().route('/media', describedMedia(optionsWith(limitedTo(4999))))
    expect(await codeOf(app.request('/media', post(png)))).toEqual([413, 'request_too_large'])
    expect(emulator.uploads()).toHaveLength(before)
  })
})
