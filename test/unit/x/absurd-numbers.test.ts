import * as fc from 'fast-check'
import { decode } from 'hono/jwt'
import { describe, expect, it } from 'vitest'
import { createXMedia, refreshingToken, type StoredTokens, type XApiOptions, xMedia } from '../../../src/index.ts'
import { base, codeOf, optionsWith, post } from '../../support/app.ts'
import { createFakeClock, type FakeClock, useFakeClock, whileAdvancing } from '../../support/clock.ts'
import { compatClient, json } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { WAYS_IN } from '../../support/ways-in.ts'

const ID = '1900000000000000001'
const file = sampleFile('video/mp4', 5000)
const video = { mediaType: 'video/mp4', file } as const

const MINUTE_MS = 60_000
const DAY_SECS = 86_400

/** A value in X's JSON that should be a number, as the text of JSON. */
const absurdValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('1e300', '-1e300', '1e999', '-5', '0', '0.5', '9007199254740993', '4102444800'),
  fc.constantFrom('"12"', '"soon"', '"NaN"', 'null', 'true', '[]', '{}', '[1e300]'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string().map((text) => JSON.stringify(text)),
)

/** A value of one of X's headers that should be a number or a date. */
const absurdHeader: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1000000000',
    '4102444800',
    '1e300',
    '9'.repeat(400),
    'NaN',
    'Infinity',
    '',
    'soon',
    '1.5',
  ),
  fc.constantFrom('Fri, 01 Jan 2100 00:00:00 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 99 Jan 9999 99:99:99 GMT'),
  fc.nat().map(String),
  fc.string({ unit: 'grapheme-ascii' }).map((text) => text.trim()),
)

/** The members of X's answers that are numbers. */
interface Numbers {
  size: string
  expires: string
  checkAfter: string
  progress: string
  width: string
  code: string
  status: string
}

const absurdNumbers: fc.Arbitrary<Numbers> = fc.record({
  size: absurdValue,
  expires: absurdValue,
  checkAfter: absurdValue,
  progress: absurdValue,
  width: absurdValue,
  code: absurdValue,
  status: absurdValue,
})

const SANE: Numbers = {
  ...{ size: '5000', expires: '86400', checkAfter: '1', progress: '50', width: '3', code: '1', status: '400' },
}

/** Called by the stub of X for each call. */
type Answer = (url: string, method: string) => Response

/** X's answer with these numbers. */
function mediaAnswer({ size, expires, checkAfter, progress, width, code, status }: Numbers, state = 'pending'): string {
  const error = state === 'failed' ? `,"error":{"code":${code},"message":"No"}` : ''
  return (
    `{"data":{"id":"${ID}","size":${size},"expires_after_secs":${expires},"image":{"w":${width},"h":${width}},` +
    `"processing_info":{"state":"${state}","check_after_secs":${checkAfter},"progress_percent":${progress}${error}}},` +
    `"errors":[{"title":"Partial","type":"about:blank","detail":"No","status":${status}}]}`
  )
}

function apiOf(answer: Answer): Required<Pick<XApiOptions, 'fetch'>> {
  return { fetch: async (url, init) => answer(url, init.method) }
}

const answering = (numbers: Numbers, state?: string): XApiOptions =>
  apiOf((url) => new Response(url.endsWith('/append') ? '{}' : mediaAnswer(numbers, state)))

/** What a member may be wherever it is told to a client, an event, or a record. */
const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  expires_after_secs: [0, 30 * DAY_SECS],
  check_after_secs: [0, 900],
  progress_percent: [0, 100],
  progressPercent: [0, 100],
  size: [0, 17_179_869_184],
  w: [0, 1_000_000],
  h: [0, 1_000_000],
  code: [0, 1_000_000],
  status: [100, 599],
}

/** The members of a JSON document that are out of their ranges, or no numbers. */
function outOfRange(document: string): unknown[] {
  const found: unknown[] = []
  JSON.parse(document, (key, value: unknown) => {
    const [min, max] = RANGES[key] ?? []
    const isText = key === 'code' && typeof value === 'string'
    if (min === undefined || max === undefined || isText) return value
    if (typeof value !== 'number' || value < min || value > max || !Number.isInteger(value)) found.push([key, value])
    return value
  })
  return found
}

describe.each(Object.entries(WAYS_IN))('an upload %s', (_, upload) => {
  it('ends, and tells no absurd number, whatever numbers X answers with', async () => {
    await fc.assert(
      fc.asyncProperty(absurdNumbers, fc.constantFrom('pending', 'failed'), async (numbers, state) => {
        const { id, error, told } = await upload({ x: answering(numbers, state), ...video })
        expect({ id, error }).toEqual({ id: ID, error: undefined })
        expect(told).not.toContain('Invalid Date')
        expect(outOfRange(told)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

describe('when X says absurd things about the expiry of a media', () => {
  const TUS = { 'tus-resumable': '1.0.0' }

  it.each(['1e300', '1e999', '-5', '0', '"soon"', 'null'])(
    'a resumable upload ends at a valid date for %s, and can be continued',
    async (expires) => {
      const app = xMedia(optionsWith({ x: { ...answering({ ...SANE, expires }), segmentBytes: 4500 } }))
      const headers = { ...TUS, 'upload-length': '5000', 'upload-metadata': `filetype ${btoa('video/mp4')}` }
      const created = await app.request('/files', { method: 'POST', headers })
      const path = created.headers.get('location') ?? ''
      const send = async (from: number, to: number) => {
        const chunk = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(from) }
        return await app.request(path, { method: 'PATCH', headers: chunk, body: file.slice(from, to) })
      }
      const [first, last] = [await send(0, 4500), await send(4500, 5000)]
      expect([first.status, last.status]).toEqual([204, 204])
      for (const response of [first, last, await app.request(path, { headers: TUS })]) {
        const lifetimeSecs = (Date.parse(response.headers.get('upload-expires') ?? '') - Date.now()) / 1000
        expect(lifetimeSecs).toBeGreaterThan(0)
        expect(lifetimeSecs).toBeLessThanOrEqual(30 * DAY_SECS)
      }
    },
  )

  it.each(['1e300', '-1e300', '-5', '"soon"'])(
    'a ticket works now, and ends within 30 days, for %s',
    async (expires) => {
      const app = xMedia(optionsWith({ x: answering({ ...SANE, expires }) }))
      const uploaded = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
      const location = uploaded.headers.get('location') ?? ''
      expect((await app.request(location)).status).toBe(200)
      const { exp = Number.NaN } = decode(location.split('ticket=')[1] ?? '').payload
      expect(exp).toBeLessThanOrEqual(Date.now() / 1000 + 30 * DAY_SECS)
    },
  )

  it.each(['1e300', '-5', '0'])('an upload over X’s own API goes on for %s', async (expires) => {
    const send = compatClient({ x: answering({ ...SANE, expires }) })
    const fields = { media_type: 'video/mp4', total_bytes: file.length }
    expect((await send('POST', '/upload/initialize', json(fields))).status).toBe(200)
    const media = Buffer.from(file).toString('base64')
    const appended = await send('POST', `/upload/${ID}/append`, json({ media, segment_index: 0 }))
    const { data } = await appended.json()
    expect(data.expires_at).toBeLessThanOrEqual(Date.now() / 1000 + 30 * DAY_SECS)
    expect((await send('POST', `/upload/${ID}/finalize`)).status).toBe(200)
  })
})

describe('a status', () => {
  /** Uploads to an X that counts how often it is asked for the status. */
  async function uploadTo(answer: (asked: number) => Response) {
    let asked = 0
    const x = apiOf((url, method) => {
      if (method === 'GET') return answer(++asked)
      return new Response(url.endsWith('/append') ? '{}' : mediaAnswer(SANE))
    })
    const app = xMedia(optionsWith({ x: { ...x, retry: { retries: 0 } } }))
    const uploaded = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
    const location = uploaded.headers.get('location') ?? ''
    return { read: async () => await app.request(location), asked: () => asked }
  }

  it('is asked for again after 15 minutes at the latest, however long X says to wait', async () => {
    const clock = useFakeClock()
    await fc.assert(
      fc.asyncProperty(absurdValue, absurdValue, async (checkAfter, progress) => {
        const numbers = { ...SANE, checkAfter, progress }
        const { read, asked } = await uploadTo(() => new Response(mediaAnswer(numbers, 'in_progress')))
        for (let round = 1; round <= 3; round++) {
          await clock.advance(15 * MINUTE_MS)
          expect((await read()).status).toBe(200)
          expect(asked()).toBe(round)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is asked for again after 15 minutes at the latest when X limits its rate', async () => {
    const clock = useFakeClock()
    await fc.assert(
      fc.asyncProperty(absurdHeader, absurdHeader, async (retryAfter, reset) => {
        const headers = { 'retry-after': retryAfter, 'x-rate-limit-reset': reset }
        const { read, asked } = await uploadTo((round) =>
          round === 1 ? new Response(null, { status: 429, headers }) : new Response(mediaAnswer(SANE, 'succeeded')),
        )
        await clock.advance(2000)
        await read()
        expect(asked()).toBe(1)
        await clock.advance(15 * MINUTE_MS)
        expect(await (await read()).json()).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })
      }),
      { numRuns: 40 },
    )
  })
})

describe('X’s rate limit', () => {
  const HEADERS = ['retry-after', 'x-rate-limit-reset', 'x-user-limit-24hour-reset', 'x-app-limit-24hour-reset']
  const headersOfX = fc.dictionary(
    fc.constantFrom(...HEADERS, 'x-rate-limit-remaining', 'x-rate-limit-limit', 'x-app-limit-24hour-remaining'),
    absurdHeader,
  )

  /** An X that limits the rate of the first calls of an upload. */
  function limiting(clock: FakeClock, headers: Record<string, string>, times: number) {
    const calledAt: number[] = []
    const x = apiOf((url) => {
      calledAt.push(clock.now())
      if (calledAt.length <= times) return new Response('{}', { status: 429, headers })
      return new Response(url.endsWith('/append') ? '{}' : mediaAnswer(SANE))
    })
    return { x, calledAt }
  }

  it('ends a call at once, or lets it wait within the limits, whatever its headers say', async () => {
    const clock = useFakeClock()
    await fc.assert(
      fc.asyncProperty(headersOfX, fc.nat(7), async (headers, times) => {
        const { x, calledAt } = limiting(clock, headers, times)
        const app = xMedia(optionsWith({ x, limits: { idleMs: 3_600_000 } }))
        const response = await whileAdvancing(
          clock,
          async () => await app.request('/', post(file, { 'content-type': 'video/mp4' })),
        )
        if (response.status === 201) return
        expect(await codeOf(response.clone())).toEqual([503, 'x_rate_limited'])
        const retryAfter = response.headers.get('retry-after')
        if (retryAfter !== null) {
          expect(retryAfter).toMatch(/^[1-9]\d*$/)
          expect(Number(retryAfter)).toBeLessThanOrEqual(DAY_SECS)
        }
        const waits = calledAt.slice(1, times).map((at, index) => at - (calledAt[index] ?? 0))
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(61_000)
        expect(Math.min(250, ...waits)).toBeGreaterThanOrEqual(250)
      }),
      { numRuns: 40 },
    )
  })

  it('is told to clients of X’s own API in numbers, and resets within a day', async () => {
    const clock = useFakeClock()
    await fc.assert(
      fc.asyncProperty(headersOfX, fc.constantFrom(0, 1), async (headers, times) => {
        const { x } = limiting(clock, headers, times)
        const limited = { fetch: x.fetch, retry: { retries: 0 } }
        const fields = { media_type: 'video/mp4', total_bytes: file.length }
        const response = await compatClient({ x: limited })('POST', '/upload/initialize', json(fields))
        expect(response.status).toBe(times === 0 ? 200 : 429)
        for (const [name, value] of response.headers) {
          if (!/limit|retry/.test(name)) continue
          expect(value).toMatch(/^\d{1,15}$/)
          const secs = name.endsWith('reset') ? Number(value) - Math.floor(clock.now() / 1000) : 0
          expect([name, secs >= 0 && secs <= DAY_SECS]).toEqual([name, true])
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(['1000000000', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
    'of %s is a Retry-After of a day, at once',
    async (retryAfter) => {
      const clock = useFakeClock()
      const { x, calledAt } = limiting(clock, { 'retry-after': retryAfter }, 9)
      const app = xMedia(optionsWith({ x }))
      const response = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
      expect([response.headers.get('retry-after'), calledAt.length]).toEqual([String(DAY_SECS), 1])
    },
  )

  it('that lasts longer than the deadline ends the upload at once', async () => {
    const clock = useFakeClock()
    const { x, calledAt } = limiting(clock, { 'retry-after': '30' }, 9)
    const app = xMedia(optionsWith({ x, limits: { deadlineMs: 20_000 } }))
    const response = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
    expect([response.headers.get('retry-after'), calledAt.length]).toEqual(['30', 1])
    expect(await codeOf(response)).toEqual([503, 'x_rate_limited'])
  })
})

describe('a refreshed token', () => {
  it('is kept for more than a minute and 30 days at most, whatever X says about its lifetime', async () => {
    await fc.assert(
      fc.asyncProperty(absurdValue, async (expiresIn) => {
        const clock = createFakeClock()
        let saved: StoredTokens | undefined
        const token = refreshingToken(
          {
            ...{ clientId: 'app', refreshToken: 'first', load: () => saved },
            save(tokens) {
              saved = tokens
            },
            fetch: async () => new Response(`{"access_token":"a","refresh_token":"second","expires_in":${expiresIn}}`),
          },
          clock,
        )
        expect(await token({ reason: 'initial' })).toBe('a')
        expect(saved).toMatchObject({ accessToken: 'a', refreshToken: 'second' })
        const lifetimeMs = (saved?.expiresAt ?? Number.NaN) - clock.now()
        expect(lifetimeMs).toBeGreaterThan(60_000)
        expect(lifetimeMs).toBeLessThanOrEqual(30 * DAY_SECS * 1000)
      }),
    )
  })
})

it('an X whose errors have absurd numbers fails an upload with one of our codes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 400, max: 599 }), absurdValue, async (status, value) => {
      const body = `{"status":${value},"code":${value},"title":"Bad","errors":[{"code":${value},"message":"No"}]}`
      const x = apiOf(() => new Response(body, { status }))
      const client = createXMedia({ ...{ token: 't', x: { ...x, retry: { retries: 0 } } } })
      await expect(client.upload({ source: file, mediaType: 'video/mp4' })).rejects.toMatchObject({
        code: expect.stringMatching(/^x_/),
      })
      const send = compatClient({ token: base.token, x: { ...x, retry: { retries: 0 } } })
      const response = await send('POST', '/upload/initialize', json({ media_type: 'video/mp4', total_bytes: 5000 }))
      expect(response.status).toBe(status === 401 ? 503 : status)
      const text = await response.text()
      if (text !== '') expect(outOfRange(text)).toEqual([])
    }),
    { numRuns: 40 },
  )
})
