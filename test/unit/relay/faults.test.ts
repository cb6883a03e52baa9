import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { serveEmulator } from '../../../cli/server/serve-emulator.ts'
import type { Emulator, Fault, FaultEffect } from '../../../src/emulator/index.ts'
import { createXMedia, type XMediaErrorCode, type XMediaEvent, xMedia } from '../../../src/index.ts'
import { randomVideo } from '../../support/random-video.ts'

const TOKEN = 'server-held-token'
const SECRET = 'a secret of at least thirty-two bytes'
const SEGMENT = 8
const file = randomVideo(5 * SEGMENT)
const sha256 = createHash('sha256').update(file).digest('hex')

/** Every fault that X is known for, and how an upload ends when it happens at any step: it survives, or fails with a code. */
const OUTCOMES: [FaultEffect, 'survived' | XMediaErrorCode][] = [
  [{ kind: 'error', status: 500, body: 'strings' }, 'survived'],
  [{ kind: 'error', status: 502, body: 'html' }, 'survived'],
  [{ kind: 'error', status: 503, body: 'errors' }, 'survived'],
  [{ kind: 'error', status: 503, when: 'after' }, 'survived'],
  [{ kind: 'error', status: 504, body: 'empty' }, 'survived'],
  [{ kind: 'error', status: 408, body: 'text' }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'rate', waitSecs: 0 }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'user_24h', waitSecs: 0 }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'app_24h', waitSecs: 0 }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'retry_after', waitSecs: 0 }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'retry_after_date', waitSecs: 0 }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'none' }, 'survived'],
  [{ kind: 'error', status: 429, limit: 'rate', waitSecs: 900 }, 'x_rate_limited'],
  [{ kind: 'error', status: 429, limit: 'user_24h', waitSecs: 86_400 }, 'x_rate_limited'],
  [{ kind: 'error', status: 429, limit: 'app_24h', waitSecs: 86_400 }, 'x_rate_limited'],
  [{ kind: 'error', status: 429, limit: 'retry_after', waitSecs: 900 }, 'x_rate_limited'],
  [{ kind: 'error', status: 400, body: 'request_error' }, 'x_rejected_media'],
  [{ kind: 'error', status: 404, body: 'error' }, 'x_rejected_media'],
  [{ kind: 'error', status: 402 }, 'x_payment_required'],
  [{ kind: 'error', status: 403 }, 'x_forbidden_scope'],
  [{ kind: 'error', status: 403, body: 'errors' }, 'x_forbidden'],
  [{ kind: 'token_expired' }, 'survived'],
  [{ kind: 'reset', when: 'before' }, 'survived'],
  [{ kind: 'reset', when: 'after' }, 'survived'],
  [{ kind: 'hang', when: 'before' }, 'survived'],
  [{ kind: 'hang', when: 'after' }, 'survived'],
  [{ kind: 'redirect' }, 'x_unavailable'],
]
const PLACES: Pick<Fault, 'step' | 'at'>[] = [
  { step: 'initialize', at: 'first' },
  { step: 'append', at: 'first' },
  { step: 'append', at: 'middle' },
  { step: 'append', at: 'last' },
  { step: 'finalize', at: 'first' },
  { step: 'status', at: 'first' },
]
/** Some faults happen only at some steps. */
const APPENDS = PLACES.filter(({ step }) => step === 'append')
const IN_SESSION = PLACES.filter(({ step }) => step !== 'initialize')
const CASES = [
  ...cases(PLACES, OUTCOMES),
  ...cases(APPENDS, [
    [{ kind: 'too_large', status: 413 }, 'x_segment_too_large'],
    [{ kind: 'too_large', status: 431 }, 'x_segment_too_large'],
    [{ kind: 'success', status: 200, body: 'empty' }, 'survived'],
    [{ kind: 'success', status: 204, body: 'empty' }, 'survived'],
    [{ kind: 'success', status: 202 }, 'survived'],
  ]),
  ...cases(IN_SESSION, [[{ kind: 'session_expired' }, 'x_rejected_media']]),
  ...cases(
    PLACES.filter(({ step }) => step === 'finalize'),
    [
      [{ kind: 'success', status: 201 }, 'survived'],
      [{ kind: 'success', status: 204, body: 'empty' }, 'survived'],
    ],
  ),
  ...cases(
    PLACES.filter(({ step }) => step === 'finalize' || step === 'status'),
    [
      [{ kind: 'processing_failed' }, 'survived'],
      [{ kind: 'processing_stuck' }, 'survived'],
      [{ kind: 'processing_done' }, 'survived'],
      [{ kind: 'check_after' }, 'survived'],
      [{ kind: 'check_after', checkAfterSecs: 0 }, 'survived'],
    ],
  ),
]

function cases(places: typeof PLACES, outcomes: typeof OUTCOMES) {
  return places.flatMap((place) =>
    outcomes.map(([effect, outcome]) => {
      const end = outcome === 'survived' ? 'survives' : `ends with ${outcome} after`
      const title = `${end} ${describeEffect(effect)} at the ${place.at} ${place.step}`
      return [title, { place, effect, outcome }] as const
    }),
  )
}

/** Names all that tells one effect from another, such as `error (status 429, limit rate, waitSecs 900)`. */
function describeEffect({ kind, ...details }: FaultEffect): string {
  const texts = Object.entries(details).map(([name, value]) => `${name} ${value}`)
  return texts.length > 0 ? `${kind} (${texts.join(', ')})` : kind
}

/** Everything that the runs give to clients and apps, as text. */
const handedOut: string[] = []

function record(...values: unknown[]): void {
  for (const value of values)
    handedOut.push(inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value) ?? '')
}

/** Uploads a file and asks for its status; resolves with the code of the error, or with `survived`. */
async function run(
  server: Emulator & { url: string },
  { dialect, timeoutMs }: { dialect: 'resource' | 'command'; timeoutMs: number },
): Promise<string> {
  const events: XMediaEvent[] = []
  let tokens = 0
  const options = {
    token: () => `${TOKEN}-${tokens++}`,
    x: { baseUrl: server.url, dialect, segmentBytes: SEGMENT, retry: { backoffMs: 0, timeoutMs } },
    onEvent: (event: XMediaEvent) => events.push(event),
  }
  const app = new Hono().route('/media', xMedia({ ...options, secret: SECRET, authorize: () => ({ subject: 'u1' }) }))
  const answer = await app.request('/media', {
    method: 'POST',
    body: file,
    headers: { 'content-type': 'video/mp4', 'content-length': String(file.length) },
  })
  const body = await answer.json()
  record(events, body, [...answer.headers])
  if (answer.status !== 201) return body.code
  expect(await server.upload(body.data.id)).toMatchObject({ finalized: true, sha256 })
  const client = createXMedia(options)
  try {
    record(await client.status(body.data.id))
  } catch (error) {
    record(error)
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
  return 'survived'
}

describe.each(['resource', 'command'] as const)('in the %s dialect', (dialect) => {
  it.concurrent.for(CASES)('%s', async ([, { place, effect, outcome }], { expect }) => {
    const emulator = await serveEmulator({ faults: [{ ...place, ...effect }] })
    expect(await run(emulator, { dialect, timeoutMs: effect.kind === 'hang' ? 500 : 5000 })).toBe(outcome)
    expect(emulator.violations()).toEqual([])
    await expect.poll(() => emulator.requests().in_flight).toEqual([])
    await emulator.close()
  })
})

describe('two hundred uploads with a fifth of all calls faulty', () => {
  it('all succeed with the right bytes, and break no rule of X', async () => {
    const server = await serveEmulator({ random: { seed: 20261124, rate: 0.2 } })
    const client = createXMedia({
      token: TOKEN,
      x: { baseUrl: server.url, segmentBytes: SEGMENT, retry: { backoffMs: 0 } },
    })
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, upload) => {
        // Every size is different, because the emulator tells one INIT from another by its fields.
        const data = randomVideo(5 * SEGMENT + ((upload * 7) % (35 * SEGMENT + 1)))
        try {
          const answer = await client.upload({ source: data, mediaType: 'video/mp4' })
          const received = await server.upload(answer.data.id)
          return received?.sha256 === createHash('sha256').update(data).digest('hex') ? 'equal' : 'different'
        } catch (error) {
          record(error)
          return error instanceof Error && 'code' in error ? error.code : error
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome !== 'equal')).toEqual([])
    expect(server.violations()).toEqual([])
    await server.close()
  })
})

describe('what clients and apps got during all these faults', () => {
  it('contains neither the token nor the secret', () => {
    expect(handedOut.length).toBeGreaterThan(500)
    expect(handedOut.filter((text) => text.includes(TOKEN) || text.includes(SECRET))).toEqual([])
  })
})
