import { describe, expect, it } from 'vitest'
import { createEmulator, type Fault, type FaultEffect } from '../../../src/emulator/index.ts'
import { bytes, type Calls, callsTo, createCalls, refusal } from '../../support/emulator-calls.ts'

const VIDEO = { media_type: 'video/mp4', media_category: 'tweet_video' }
const INVALID_MEDIA = { code: 1, name: 'InvalidMedia', message: 'file is invalid' }

async function appendTo(calls: Calls, index = 0, size = 1): Promise<Response> {
  const id = await calls.initialize({ ...VIDEO, total_bytes: size })
  return calls.append(id, index, bytes(size))
}

describe('an error fault', () => {
  it.each<[Partial<FaultEffect>, number, string]>([
    [{}, 503, '{"title":"Service Unavailable","type":"about:blank","status":503,"detail":"Service Unavailable"}'],
    [{ status: 403 }, 403, '{"title":"Forbidden","type":"about:blank","status":403,"detail":"Forbidden"}'],
    [{ status: 402, body: 'text' }, 402, 'credits depleted'],
    [{ status: 413 }, 413, ''],
    [{ status: 431 }, 431, ''],
    [{ status: 500, body: 'strings' }, 500, '{"errors":["internal server error"]}'],
    [{ status: 429, body: 'errors' }, 429, '{"errors":[{"code":88,"message":"Too Many Requests"}]}'],
    [{ status: 400, body: 'error' }, 400, '{"error":"Invalid Request"}'],
    [{ status: 504, body: 'empty' }, 504, ''],
  ])('%j answers %d', async (effect, status, text) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', ...effect }] })
    const answer = await appendTo(calls)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe(text)
  })

  it('can be a page, or name the request', async () => {
    const faults: Fault[] = [
      { step: 'append', kind: 'error', status: 502, body: 'html' },
      { step: 'append', kind: 'error', status: 400, body: 'request_error' },
    ]
    const calls = createCalls({ faults })
    const page = await appendTo(calls)
    expect(page.headers.get('content-type')).toBe('text/html')
    expect(await page.text()).toContain('<h1>Bad Gateway</h1>')
    expect(await (await appendTo(calls)).json()).toEqual({
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
  ] as const)('429 with the limit %s names the reset', async (limit, headers) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', status: 429, limit, waitSecs: 5 }] })
    const answer = await appendTo(calls)
    expect(answer.status).toBe(429)
    const given = Object.fromEntries([...answer.headers].filter(([name]) => /limit|retry/.test(name)))
    expect(given).toMatchObject(headers)
    if (limit === 'none') expect(given).toEqual({})
  })

  it('may come after the segment was stored', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'error', when: 'after' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect((await calls.append(id, 0, bytes(2))).status).toBe(503)
    expect((await calls.emulator.upload(id))?.size).toBe(2)
  })
})

describe('a fault', () => {
  it('hits the segment it names as often as it says', async () => {
    const calls = createCalls({ faults: [{ step: 'append', at: 1, times: 2, kind: 'error' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    const status = async (index: number) => (await calls.append(id, index, bytes(1))).status
    expect([await status(0), await status(1), await status(1), await status(1)]).toEqual([200, 503, 503, 200])
  })

  it.each([
    ['first', [503, 200, 200, 200, 200]],
    ['middle', [200, 200, 503, 200, 200]],
    ['last', [200, 200, 200, 200, 503]],
  ] as const)('finds the %s segment', async (at, expected) => {
    const calls = createCalls({ faults: [{ step: 'append', at, kind: 'error' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 9 })
    const statuses: number[] = []
    for (let index = 0; index < 5; index++) {
      statuses.push((await calls.append(id, index, bytes(index === 4 ? 1 : 2))).status)
    }
    expect(statuses).toEqual(expected)
  })

  it('of another step counts the calls', async () => {
    const calls = createCalls({ faults: [{ step: 'initialize', at: 1, times: 2, kind: 'error' }] })
    const status = async () => (await calls.postJson('/2/media/upload/initialize', {})).status
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 503, 503, 200])
  })

  it('hits the command generation too', async () => {
    const faults: Fault[] = (['initialize', 'append', 'finalize'] as const).map((step) => ({ step, kind: 'error' }))
    const calls = createCalls({ faults })
    const status = async (query: string) => (await calls.send('POST', `/2/media/upload?${query}`)).status
    expect(await status('command=INIT')).toBe(503)
    expect(await status('command=APPEND')).toBe(503)
    expect((await calls.postForm('/2/media/upload', { command: 'FINALIZE' })).status).toBe(503)
  })

  it('of any kind leaves no call open', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'reset' }] })
    await expect(appendTo(calls)).rejects.toThrow()
    expect(calls.emulator.requests().in_flight).toEqual([])
  })
})

describe('a success fault', () => {
  it.each([
    [{ status: 201 }, 201, true],
    [{ status: 204 }, 204, false],
    [{ body: 'empty' }, 200, false],
  ] as const)('%j changes the answer and not what happened', async (effect, status, hasBody) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', ...effect }] })
    const answer = await appendTo(calls)
    expect(answer.status).toBe(status)
    expect((await answer.text()).length > 0).toBe(hasBody)
    expect(calls.emulator.uploads()[0]?.size).toBe(1)
  })

  it('gives the command generation a body', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', status: 200 }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const path = `/2/media/upload?command=APPEND&media_id=${id}`
    const answer = await calls.postForm(path, { segment_index: '0', media: bytes(1) })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ data: { expires_at: 1_790_086_400 } })
  })

  it('leaves a refusal alone', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'success', status: 204 }] })
    expect((await calls.append('1', 0, bytes(1))).status).toBe(400)
  })
})

describe('a connection fault', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('resets %s the segment is stored', async (when, size) => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'reset', when }] })
    await expect(appendTo(calls)).rejects.toThrow('connection reset')
    expect(calls.emulator.uploads()[0]?.size).toBe(size)
  })

  it('hands request and environment to the host’s own reset', async () => {
    const seen: unknown[] = []
    const reset = (request: Request, env: unknown) => seen.push(new URL(request.url).pathname, env)
    const emulator = createEmulator({ reset, faults: [{ step: 'status', kind: 'reset' }] })
    await emulator.app.request('/2/media/upload?media_id=1', {}, { socket: 1 })
    expect(seen).toEqual(['/2/media/upload', { socket: 1 }])
  })

  it('hangs until the client leaves', async () => {
    const calls = createCalls({ faults: [{ step: 'status', kind: 'hang' }] })
    const leaving = new AbortController()
    const call = calls.send('GET', '/2/media/upload?media_id=1', { signal: leaving.signal })
    await expect.poll(() => calls.emulator.requests().in_flight).toEqual([{ step: 'status', id: '1' }])
    leaving.abort()
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
    const answer = await appendTo(calls)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe('https://redirected.invalid/')
  })
})

describe('a lasting fault', () => {
  it('ends the token until there is a new one', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'token_expired' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(401)
    expect((await calls.append(id, 0, bytes(1))).status).toBe(401)
    expect((await callsTo(calls.emulator, 'new').append(id, 0, bytes(1))).status).toBe(200)
  })

  it('ends the session', async () => {
    const calls = createCalls({ faults: [{ step: 'append', at: 1, kind: 'session_expired' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 2 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(200)
    const answer = await calls.append(id, 1, bytes(1))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject(refusal('BadRequest: Not found'))
    expect((await calls.finalize(id)).status).toBe(400)
  })

  it('refuses large segments and takes small ones', async () => {
    const calls = createCalls({ faults: [{ step: 'append', kind: 'too_large', bytes: 10 }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 20 })
    const status = async (size: number) => (await calls.append(id, 0, bytes(size))).status
    expect([await status(11), await status(11), await status(10)]).toEqual([413, 413, 200])
  })

  it.each<[FaultEffect['kind'], Partial<FaultEffect>, object]>([
    ['processing_failed', {}, { state: 'failed', progress_percent: 100, error: INVALID_MEDIA }],
    ['processing_failed', { error: { code: 3 } }, { state: 'failed', progress_percent: 100, error: { code: 3 } }],
    ['processing_stuck', {}, { state: 'in_progress', progress_percent: 99, check_after_secs: 1, error: INVALID_MEDIA }],
    ['processing_done', {}, { state: 'succeeded', progress_percent: 100 }],
  ])('%s %j decides the end of processing', async (kind, effect, end) => {
    const calls = createCalls()
    calls.emulator.setFaults({ faults: [{ ...effect, step: 'finalize', kind }] })
    const id = await calls.upload(VIDEO, bytes(1))
    calls.emulator.advance(1000)
    expect(await (await calls.status(id)).json()).toMatchObject({ data: { processing_info: end } })
  })

  it('lets FINALIZE say that processing is over', async () => {
    const calls = createCalls({ faults: [{ step: 'finalize', kind: 'processing_done' }] })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    await calls.append(id, 0, bytes(1))
    const body: { data: { processing_info: unknown } } = await (await calls.finalize(id)).json()
    expect(body.data.processing_info).toEqual({ state: 'succeeded' })
  })

  it.each([
    [undefined, {}],
    [null, {}],
    [0, { check_after_secs: 0 }],
  ])('says %s for check_after_secs', async (secs, expected) => {
    const calls = createCalls()
    const effect = secs === undefined ? {} : { checkAfterSecs: secs }
    calls.emulator.setFaults({ faults: [{ step: 'status', kind: 'check_after', ...effect }] })
    const id = await calls.upload(VIDEO, bytes(1))
    const body: { data: { processing_info: unknown } } = await (await calls.status(id)).json()
    expect(body.data.processing_info).toEqual({ state: 'pending', ...expected })
  })
})

describe('random faults', () => {
  const fates = async (seed: number, order: number[]) => {
    const effects: FaultEffect[] = [
      { kind: 'error', status: 500 },
      { kind: 'error', status: 503, when: 'after' },
    ]
    const calls = createCalls({ random: { seed, rate: 0.3, effects, steps: ['append'] } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 200 })
    const statuses = new Map<number, number>()
    for (const index of order) statuses.set(index, (await calls.append(id, index, bytes(1))).status)
    return order.toSorted((a, b) => a - b).map((index) => statuses.get(index))
  }
  const forwards = Array.from({ length: 200 }, (_, at) => at)

  it('follow from the seed, in whatever order calls arrive', async () => {
    const first = await fates(1, forwards)
    expect(await fates(1, forwards.toReversed())).toEqual(first)
    expect(await fates(2, forwards)).not.toEqual(first)
    const faulty = first.filter((status) => status !== 200).length
    expect(faulty).toBeGreaterThan(40)
    expect(faulty).toBeLessThan(80)
  })

  it('do not hit the same call more than three times in a row', async () => {
    const calls = createCalls({ random: { seed: 1, rate: 1, effects: [{ kind: 'error' }] } })
    calls.emulator.setFaults({ random: { seed: 1, rate: 1, effects: [{ kind: 'error' }], steps: ['append'] } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    const statuses: number[] = []
    for (let call = 0; call < 8; call++) statuses.push((await calls.append(id, 0, bytes(1))).status)
    expect(statuses).toEqual([503, 503, 503, 200, 503, 503, 503, 200])
  })

  it('do not hit the same INIT more than three times in a row, whatever others arrive between', async () => {
    const calls = createCalls({ random: { seed: 1, rate: 1, effects: [{ kind: 'error' }] } })
    const statuses: number[][] = [[], []]
    for (let call = 0; call < 4; call++) {
      for (const size of [1, 2]) {
        const answer = await calls.postJson('/2/media/upload/initialize', { ...VIDEO, total_bytes: size })
        statuses[size - 1]?.push(answer.status)
      }
    }
    expect(statuses).toEqual([
      [503, 503, 503, 200],
      [503, 503, 503, 200],
    ])
  })

  it('never let FINALIZE happen and then fail, and leave tokens alone', async () => {
    const effects: FaultEffect[] = [{ kind: 'error', when: 'after' }]
    const calls = createCalls({ random: { seed: 1, rate: 1, effects } })
    const id = await calls.initialize({ ...VIDEO, total_bytes: 1 })
    expect((await calls.append(id, 0, bytes(1))).status).toBe(503)
    expect((await calls.finalize(id)).status).toBe(200)
    expect((await calls.send('POST', '/2/oauth2/token')).status).toBe(401)
  })
})
