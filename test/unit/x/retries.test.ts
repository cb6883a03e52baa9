import { describe, expect, it, vi } from 'vitest'
import { createEmulator, type Fault } from '../../../src/emulator/index.ts'
import { createXMedia, type XApiOptions, type XMediaOptions } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { codeOf, describedMedia, optionsWith, png, post } from '../../support/app.ts'
import { useFakeClock, whileAdvancing } from '../../support/clock.ts'

/** Uploads to an X that has these faults at INIT, without a pause between the attempts. */
function uploadWith(retry: XApiOptions['retry'], faults: Fault[]) {
  const emulator = createEmulator({ faults })
  let tokens = 0
  const client = createXMedia({
    token: () => `token-${tokens++}`,
    x: { retry: { backoffMs: 0, ...retry }, fetch: async (url, init) => emulator.app.request(url, init) },
  })
  return {
    upload: client.upload({ source: png, mediaType: 'image/png' }),
    attempts: () => emulator.requests().counts.initialize,
  }
}

describe.each([
  ['no retries', { retries: 0 }, 0],
  ['one retry', { retries: 1 }, 1],
  ['three retries', { retries: 3 }, 3],
  ['the default of five retries', {}, 5],
] as const)('a call with %s', (_, retry, retries) => {
  it('is made once, and once more for each retry, while X fails', async () => {
    const { upload, attempts } = uploadWith(retry, [{ step: 'initialize', kind: 'error', times: 0 }])
    await expect(upload).rejects.toMatchObject({ code: 'x_unavailable' })
    expect(attempts()).toBe(1 + retries)
  })

  it('succeeds when X fails no more often than there are retries', async () => {
    const failures = Array.from({ length: retries }, (_, at): Fault => ({ step: 'initialize', at, kind: 'error' }))
    const { upload, attempts } = uploadWith(retry, failures)
    expect(await upload).toMatchObject({ data: { size: png.length } })
    expect(attempts()).toBe(1 + retries)
  })

  it('is repeated with a new token when X refuses the one it had', async () => {
    const { upload, attempts } = uploadWith(retry, [{ step: 'initialize', kind: 'token_expired' }])
    expect(await upload).toMatchObject({ data: { size: png.length } })
    expect(attempts()).toBe(2)
  })
})

describe('a call whose rate X limits', () => {
  const PAST = 'Thu, 01 Jan 2026 00:00:00 GMT'

  /** Uploads to an X that answers 429 with these headers, and resolves with when it was called, in milliseconds. */
  async function callTimes(headers: Record<string, string>, random: number): Promise<number[]> {
    const clock = useFakeClock()
    vi.mocked(systemClock.random).mockReturnValue(random)
    const startedAt = clock.now()
    const calledAt: number[] = []
    const client = createXMedia({
      token: 't',
      x: {
        retry: { backoffMs: 0 },
        async fetch() {
          calledAt.push(clock.now() - startedAt)
          return new Response(null, { status: 429, headers })
        },
      },
    })
    const upload = () => client.upload({ source: png, mediaType: 'image/png' })
    await expect(whileAdvancing(clock, upload, 1)).rejects.toMatchObject({ code: 'x_rate_limited' })
    return calledAt
  }

  it.each<[string, Record<string, string>]>([
    ['Retry-After: 0', { 'retry-after': '0' }],
    ['a Retry-After in the past', { 'retry-after': PAST }],
    ['a reset in the past', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1767225600' }],
    ['a reset now', { 'x-rate-limit-reset': '1790000000' }],
    ['no header at all', {}],
  ])('waits at least 250 ms, and up to 250 more at random, before each retry when X says %s', async (_, headers) => {
    const pausesOf = (times: number[]) => times.slice(1).map((at, index) => at - (times[index] ?? 0))
    const shortest = pausesOf(await callTimes(headers, 0))
    expect(shortest).toHaveLength(5)
    for (const pauseMs of shortest) expect(pauseMs).toBeCloseTo(250, -1)
    for (const pauseMs of pausesOf(await callTimes(headers, 0.9))) expect(pauseMs).toBeCloseTo(475, -1)
  })

  it.each<[string, Partial<XMediaOptions>, within: number, beyond: number]>([
    ['x.retry.maxRateLimitWaitMs, 60 s unless set', {}, 60, 61],
    ['x.retry.maxRateLimitWaitMs', { x: { retry: { maxRateLimitWaitMs: 2000 } } }, 2, 3],
    ['limits.deadlineMs', { limits: { deadlineMs: 30_000 } }, 29, 30],
  ])('waits up to %s, and ends at once when X asks for more', async (_, options, within, beyond) => {
    const clock = useFakeClock()
    const uploadAfter = async (waitSecs: number) => {
      const x = createEmulator({
        faults: [{ step: 'initialize', kind: 'error', status: 429, limit: 'retry_after', waitSecs }],
      })
      const fetch: XApiOptions['fetch'] = async (url, init) => x.app.request(url, init)
      const app = describedMedia(optionsWith({ ...options, x: { ...options.x, fetch } }))
      const startedAt = clock.now()
      const response = await whileAdvancing(clock, async () => await app.request('/', post(png)), 100)
      return { response, tookMs: clock.now() - startedAt }
    }
    const waited = await uploadAfter(within)
    expect(waited.response.status).toBe(201)
    expect(waited.tookMs).toBeGreaterThanOrEqual(within * 1000)
    const ended = await uploadAfter(beyond)
    expect(await codeOf(ended.response)).toEqual([503, 'x_rate_limited'])
    expect(ended.response.headers.get('retry-after')).toBe(String(beyond))
    expect(ended.tookMs).toBeLessThan(1000)
  })

  it('fails with a Retry-After of at least a second', async () => {
    const response = await describedMedia(
      optionsWith({
        x: {
          retry: { retries: 0 },
          fetch: async () => new Response(null, { status: 429, headers: { 'retry-after': '0' } }),
        },
      }),
    ).request('/', post(png))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  })

  it('does not wait at all when maxRateLimitWaitMs is 0', async () => {
    const { upload, attempts } = uploadWith({ maxRateLimitWaitMs: 0 }, [
      { step: 'initialize', kind: 'error', status: 429, limit: 'retry_after', waitSecs: 0 },
    ])
    await expect(upload).rejects.toMatchObject({ code: 'x_rate_limited' })
    expect(attempts()).toBe(1)
  })
})
