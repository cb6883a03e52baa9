import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { bytes, createCalls, sha256 } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

async function jsonOf(response: Promise<Response>): Promise<unknown> {
  return (await response).json()
}

describe('the control routes', () => {
  it('report uploads just as the `Emulator` methods do', async () => {
    const calls = createCalls()
    const id = await calls.upload({ ...VIDEO, additional_owners: ['1'], shared: true }, bytes(4))
    const report = await calls.emulator.upload(id)
    expect(report).toEqual({
      id,
      media_key: `7_${id}`,
      state: 'pending',
      media_type: 'video/mp4',
      media_category: 'tweet_video',
      total_bytes: 4,
      size: 4,
      finalized: true,
      segments: [{ index: 0, size: 4 }],
      appends_in_flight: 0,
      owner: '2244994945',
      additional_owners: ['1'],
      shared: true,
      alt_text: undefined,
      metadata: {},
      subtitles: [],
      sha256: await sha256(bytes(4)),
    })
    expect(await jsonOf(calls.send('GET', `/_emulator/uploads/${id}`))).toEqual(report)
    const { sha256: _, ...summary } = report ?? { sha256: '' }
    expect(await jsonOf(calls.send('GET', '/_emulator/uploads'))).toEqual({ uploads: [summary] })
    expect((await calls.send('GET', '/_emulator/uploads/1')).status).toBe(404)
  })

  it('report posts just as `Emulator.posts` does, until a reset', async () => {
    const calls = createCalls()
    const media_ids = [await calls.upload({ media_type: 'image/png', media_category: 'tweet_image' }, bytes(1))]
    const answer = await calls.postJson('/2/tweets', { text: 'hi', media: { media_ids } })
    await calls.postJson('/2/tweets', { text: 'you too', reply: { in_reply_to_tweet_id: '1' } })
    const { data }: { data: { id: string } } = await answer.json()
    const user = '2244994945'
    const posts = [
      { id: data.id, text: 'hi', media_ids, user },
      { id: expect.any(String), text: 'you too', media_ids: [], user, in_reply_to: '1' },
    ]
    expect(calls.emulator.posts()).toEqual(posts)
    expect(await jsonOf(calls.send('GET', '/_emulator/posts'))).toEqual({ posts })
    await calls.send('POST', '/_emulator/reset')
    expect(calls.emulator.posts()).toEqual([])
  })

  it('are listed at /_emulator', async () => {
    const index = await jsonOf(createCalls().send('GET', '/_emulator'))
    const { routes }: { routes: string[] } = JSON.parse(JSON.stringify(index))
    expect(routes).toContain('GET /_emulator/posts')
    expect(routes).toHaveLength(9)
  })

  it.each([
    [undefined, 200, 0, 10, null],
    ['bytes=0-', 206, 0, 10, 'bytes 0-9/10'],
    ['bytes=3-5', 206, 3, 6, 'bytes 3-5/10'],
    ['bytes=4-99', 206, 4, 10, 'bytes 4-9/10'],
    ['bytes=-3', 206, 7, 10, 'bytes 7-9/10'],
    ['bytes=-99', 206, 0, 10, 'bytes 0-9/10'],
    ['bytes=0-1,3-4', 200, 0, 10, null],
    ['bytes=10-', 416, 0, 0, 'bytes */10'],
    ['bytes=5-4', 416, 0, 0, 'bytes */10'],
  ])('answer a request for the media with Range %s with %d', async (range, status, start, end, contentRange) => {
    const calls = createCalls()
    const id = await calls.initialize({ ...VIDEO, total_bytes: 10 })
    await calls.append(id, 1, bytes(10).slice(4))
    await calls.append(id, 0, bytes(10).slice(0, 4))
    const answer = await calls.send('GET', `/_emulator/uploads/${id}/media`, {
      headers: range === undefined ? {} : { range },
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-range')).toBe(contentRange)
    if (status !== 416) expect(answer.headers.get('content-type')).toBe('video/mp4')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes(10).slice(start, end))
  })

  it('advance the clock', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    expect(await jsonOf(calls.postJson('/_emulator/clock', { advance_secs: 3 }))).toEqual({ now: 1_790_000_003_000 })
    expect((await calls.emulator.upload(id))?.state).toBe('succeeded')
    expect((await calls.postJson('/_emulator/clock', { advance: 3 })).status).toBe(400)
  })

  it('accept a fault plan, and refuse an invalid one', async () => {
    const calls = createCalls()
    const put = async (plan: unknown) =>
      (await calls.send('PUT', '/_emulator/faults', { body: JSON.stringify(plan) })).status
    expect(await put({ faults: [{ step: 'initialize', kind: 'error', status: 500 }] })).toBe(204)
    expect((await calls.postJson('/2/media/upload/initialize', {})).status).toBe(500)
    expect((await calls.postJson('/2/media/upload/initialize', {})).status).toBe(200)
    expect(await put({ faults: [{ step: 'initialise', kind: 'error' }] })).toBe(400)
    expect(await put({ faults: [{ step: 'append', kind: 'explode' }] })).toBe(400)
    expect(await put({ faults: [{ step: 'append', kind: 'error', statsu: 500 }] })).toBe(400)
    expect(() => createEmulator({ random: { seed: 1, rate: 2 } })).toThrow(TypeError)
  })

  it('count calls and violations, and forget everything on reset', async () => {
    const calls = createCalls()
    const id = await calls.upload(VIDEO, bytes(1))
    await calls.append(id, 0, bytes(2))
    await calls.postJson('/2/media/upload/initialize', { strange: 1 })
    expect(await jsonOf(calls.send('GET', '/_emulator/requests'))).toMatchObject({
      counts: { initialize: 2, append: 2, finalize: 1, status: 0 },
      in_flight: [],
      aborted: 0,
    })
    expect(await jsonOf(calls.send('GET', '/_emulator/violations'))).toEqual({
      violations: [{ kind: 'unknown_field', step: 'initialize', detail: 'strange' }],
    })
    expect((await calls.send('POST', '/_emulator/reset')).status).toBe(204)
    expect(calls.emulator.uploads()).toEqual([])
    expect(calls.emulator.violations()).toEqual([])
    expect(calls.emulator.requests().counts.initialize).toBe(0)
    expect(await calls.initialize({})).toBe(id)
  })
})
