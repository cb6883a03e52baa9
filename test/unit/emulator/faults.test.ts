import { describe, expect, it } from 'vitest'
import { createEmulator, type Fault, type FaultEffect } from '../../../src/emulator/index.ts'
import { bytes, type Calls, createCalls } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }

/** Appends one byte to a new upload. */
async function appendByte(calls: Calls): Promise<Response> {
  const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
  return calls.append(id, 0, bytes(1))
}

describe('a fault', () => {
  it('hits the segment at its index, as often as `times` says', async () => {
    const calls = createCalls({ faults: [{ step: 'append', at: 1, times: 2, kind: 'error' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    const status = async (index: number) => (await calls.append(id, index, bytes(1))).status
    expect([await status(0), await status(1), await status(1), await status(1)]).toEqual([200, 503, 503, 200])
  })

  it.each([
    ['first', [503, 200, 200, 200, 200]],
    ['middle', [200, 200, 503, 200, 200]],
    ['last', [200, 200, 200, 200, 503]],
  ] as const)('can hit the %s segment', async (at, expected) => {
    const calls = createCalls({ faults: [{ step: 'append', at, kind: 'error' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 9 })
    const statuses: number[] = []
    for (let index = 0; index < 5; index++) {
      statuses.push((await calls.append(id, index, bytes(index === 4 ? 1 : 2))).status)
    }
    expect(statuses).toEqual(expected)
  })

  it('of another step starts at the call with its number', async () => {
    const calls = createCalls({ faults: [{ step: 'initialize', at: 1, times: 2, kind: 'error' }] })
    const status = async () => (await calls.postJson('/2/media/upload/initialize', {})).status
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 503, 503, 200])
  })

  it('hits calls of the command generation too', async () => {
    const faults: Fault[] = (['initialize', 'append', 'finalize'] as const).map((step) => ({ step, kind: 'error' }))
    const calls = createCalls({ faults })
    const status = async (query: string) => (await calls.send('POST', `/2/media/upload?${query}`)).status
    expect(await status('command=INIT')).toBe(503)
    expect(await status('command=APPEND')).toBe(503)
    expect((await calls.postForm('/2/media/upload', { command: 'FINALIZE' })).status).toBe(503)
  })

  it('that resets the connection leaves no call open', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'reset' }] })
    await expect(appendByte(calls)).rejects.toThrow()
    expect(calls.emulator.requests().in_flight).toEqual([])
  })
})

describe('an error fault', () => {
  it.each<[Partial<FaultEffect>, number, string]>([
    [{}, 503, '{"title":"Service Unavailable","type":"about:blank","status":503,"detail":"Service Unavailable"}'],
    [{ status: 403 }, 403, '{"title":"Forbidden","type":"about:blank","status":403,"detail":"Forbidden"}'],
    [
      { status: 402 },
      402,
      '{"account_id":1789012345,"title":"CreditsDepleted","detail":"Your enrolled account [1789012345] does not have any credits to fulfill this request.","type":"https://api.x.com/2/problems/credits"}',
    ],
    [
      { body: 'spend_cap' },
      403,
      '{"account_id":1789012345,"title":"SpendCapReached","detail":"Your enrolled account [1789012345] has reached its billing cycle spend cap. API requests will be blocked until the next cycle begins on 2026-10-01.","reset_date":"2026-10-01","type":"https://api.x.com/2/problems/credits"}',
    ],
    [{ status: 402, body: 'text' }, 402, 'CreditsDepleted'],
    [{ status: 413 }, 413, ''],
    [{ status: 431 }, 431, ''],
    [{ status: 500, body: 'strings' }, 500, '{"errors":["internal server error"]}'],
    [{ status: 429, body: 'errors' }, 429, '{"errors":[{"code":88,"message":"Too Many Requests"}]}'],
    [{ status: 400, body: 'error' }, 400, '{"error":"Invalid Request"}'],
    [{ status: 504, body: 'empty' }, 504, ''],
  ])('%j answers %d', async (effect, status, text) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', ...effect }] })
    const answer = await appendByte(calls)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe(text)
  })

  it('can answer with an HTML page, or with the path of the request', async () => {
    const faults: Fault[] = [
      { step: 'append', kind: 'error', status: 502, body: 'html' },
      { step: 'append', kind: 'error', status: 400, body: 'request_error' },
    ]
    const calls = createCalls({ faults })
    const page = await appendByte(calls)
    expect(page.headers.get('content-type')).toBe('text/html')
    expect(await page.text()).toContain('<h1>Bad Gateway</h1>')
    expect(await (await appendByte(calls)).json()).toEqual({
      request: expect.stringMatching(/^\/2\/media\/upload\/\d+\/append$/),
      error: 'Invalid Request',
    })
  })

  it.each([
    ['rate', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1790000005' }],
    [
      'user_24h',
      {
        'x-rate-limit-remaining': '1874',
        'x-user-limit-24hour-remaining': '0',
        'x-user-limit-24hour-reset': '1790000005',
      },
    ],
    [
      'app_24h',
      {
        'x-rate-limit-remaining': '1874',
        'x-app-limit-24hour-remaining': '0',
        'x-app-limit-24hour-reset': '1790000005',
      },
    ],
    ['retry_after', { 'retry-after': '5' }],
    ['retry_after_date', { 'retry-after': new Date(1_790_000_005_000).toUTCString() }],
    ['none', {}],
  ] as const)('answers 429 with the headers of the limit %s', async (limit, headers) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', status: 429, limit, waitSecs: 5 }] })
    const answer = await appendByte(calls)
    expect(answer.status).toBe(429)
    const limitHeaders = Object.fromEntries([...answer.headers].filter(([name]) => /limit|retry/.test(name)))
    expect(limitHeaders).toMatchObject(headers)
    if (limit === 'none') expect(limitHeaders).toEqual({})
  })

  it('with `after` comes when the segment is stored already', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', when: 'after' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect((await calls.append(id, 0, bytes(2))).status).toBe(503)
    expect((await calls.emulator.upload(id))?.size).toBe(2)
  })
})

describe('a connection fault', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('can reset the connection %s the segment is stored', async (when, size) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'reset', when }] })
    await expect(appendByte(calls)).rejects.toThrow('connection reset')
    expect(calls.emulator.uploads()[0]?.size).toBe(size)
  })

  it('passes the request and its environment to the `reset` option', async () => {
    const seen: unknown[] = []
    const reset = (request: Request, env: unknown) => seen.push(new URL(request.url).pathname, env)
    const emulator = createEmulator({ reset, faults: [{ step: 'status', kind: 'reset' }] })
    await emulator.app.request('/2/media/upload?media_id=1', {}, { socket: 1 })
    expect(seen).toEqual(['/2/media/upload', { socket: 1 }])
  })

  it('hangs until the client leaves', async () => {
    const calls = createCalls({ faults: [{ step: 'status', kind: 'hang' }] })
    const client = new AbortController()
    const call = calls.send('GET', '/2/media/upload?media_id=1', { signal: client.signal })
    await expect.poll(() => calls.emulator.requests().in_flight).toEqual([{ step: 'status', id: '1' }])
    client.abort()
    await expect(call).rejects.toThrow()
    expect(calls.emulator.requests()).toMatchObject({ in_flight: [], aborted: 1 })
  })

  it('hangs until the emulator is reset', async () => {
    const calls = createCalls({ faults: [{ step: 'status', kind: 'hang' }] })
    const call = calls.send('GET', '/2/media/upload?media_id=1')
    await expect.poll(() => calls.emulator.requests().in_flight).toHaveLength(1)
    calls.emulator.reset()
    await expect(call).rejects.toThrow()
    expect(calls.emulator.requests().in_flight).toEqual([])
  })

  it('redirects to another host', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'redirect' }] })
    const answer = await appendByte(calls)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe('https://redirected.invalid/')
  })
})
