import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../src/emulator/index.ts'
import { memoryStore, type Store, xMedia } from '../../../src/index.ts'
import { instanceOf } from '../../../src/instance.ts'
import { base, optionsWith } from '../../support/app.ts'
import { useFakeClock, whileTimePasses } from '../../support/clock.ts'
import { base64, form, idOf, json, type Send } from '../../support/compat-calls.ts'
import { NOTHING_HELD } from '../../support/counters.ts'
import { type CallFaults, createFaultyCalls, faultsIn } from '../../support/faulty-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { CHUNK, CREATION } from '../../support/resumable.ts'

const SEGMENT_BYTES = 5000
/** Its segments all differ. */
const file = sampleFile('video/mp4', 3 * SEGMENT_BYTES).map((byte, index) => byte || index % 251)
const VIDEO = { media_type: 'video/mp4', total_bytes: file.length }
/** Few enough for a flood of INITs to reach it; two uploads are created before. */
const MAX_CREATIONS = 5

/** The segment at an index, with its last byte changed if `isAltered`. */
function segmentAt(index: number, isAltered: boolean): Uint8Array<ArrayBuffer> {
  const bytes = file.slice(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES)
  if (isAltered) bytes[SEGMENT_BYTES - 1] = (bytes[SEGMENT_BYTES - 1] ?? 0) ^ 1
  return bytes
}

/** All files that have one of the variants of each segment. */
function filesOf(segments: Uint8Array[][]): Uint8Array[] {
  return segments.reduce<Uint8Array[]>(
    (files, variants) => files.flatMap((start) => variants.map((variant) => Buffer.concat([start, variant]))),
    [new Uint8Array()],
  )
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** One request of a client. */
type Action =
  | { kind: 'append'; index: number; isAltered: boolean; by: 'path' | 'command' | 'json'; server: number }
  | { kind: 'finalize'; by: 'path' | 'command'; server: number }
  | {
      kind: 'misplaced'
      target: 'append' | 'finalize'
      id: 'of another subject' | 'of a resumable upload'
      by: 'path' | 'command'
      server: number
    }
  | { kind: 'init'; count: number; server: number }

/** Requests at the same time, and what happens to the servers meanwhile. */
interface Round extends CallFaults<'crash' | 'failure' | 'refusal'> {
  actions: Action[]
}

const server = fc.nat({ max: 1 })
const by = fc.constantFrom('path', 'command')
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append'),
      index: fc.nat({ max: 2 }),
      isAltered: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      by: fc.constantFrom('path', 'command', 'json'),
      server,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finalize'), by, server }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('misplaced'),
      target: fc.constantFrom('append', 'finalize'),
      id: fc.constantFrom('of another subject', 'of a resumable upload'),
      by,
      server,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('init'), count: fc.integer({ min: 1, max: 6 }), server }) },
)
const rounds = fc.array(
  fc.record<Round>({
    actions: fc.array(action, { minLength: 1, maxLength: 7 }),
    ...faultsIn(60, 'crash', 'failure', 'refusal'),
  }),
  { maxLength: 6 },
)

/** Two servers that share a store, and crash, or lose their store or X, at the round's call. */
function startServers(round: Round, store: Store, emulator: Emulator) {
  const calls = createFaultyCalls(round)
  const servers = Array.from({ length: 2 }, () => {
    const options = optionsWith({
      ...{ ...base, compat: true },
      limits: { creationsPerHour: MAX_CREATIONS },
      x: {
        segmentBytes: SEGMENT_BYTES / 2,
        retry: { retries: 0 },
        fetch: (url, init) =>
          calls.make(
            async () => emulator.app.request(url, init),
            () => new Response(null, { status: url.endsWith('/append') ? 413 : 400 }),
          ),
      },
      store: {
        get: (key) => calls.make(() => store.get(key)),
        compareAndSwap: (...swap) => calls.make(() => store.compareAndSwap(...swap)),
      },
    })
    const app = new Hono().route('/', xMedia(options))
    const { counters } = instanceOf(options)
    const sendAs =
      (subject: string): Send =>
      async (method, path, init = {}) => {
        const headers = new Headers(init.headers)
        headers.set('x-demo-user', subject)
        return await app.request(`/2/media${path}`, { ...init, method, headers })
      }
    return { app, sendAs, counters }
  })
  return { servers, crashed: calls.crashed }
}

function append(
  send: Send,
  id: string,
  { index, isAltered, by }: Omit<Action & { kind: 'append' }, 'server' | 'kind'>,
) {
  const media = segmentAt(index, isAltered)
  const query = new URLSearchParams({ command: 'APPEND', media_id: id, segment_index: String(index) })
  if (by === 'command') return send('POST', `/upload?${query}`, form(['media', media]))
  if (by === 'json') return send('POST', `/upload/${id}/append`, json({ segment_index: index, media: base64(media) }))
  return send('POST', `/upload/${id}/append`, form(['segment_index', String(index)], ['media', media]))
}

function finalize(send: Send, id: string, by: 'path' | 'command') {
  return send('POST', by === 'path' ? `/upload/${id}/finalize` : `/upload?command=FINALIZE&media_id=${id}`)
}

/** Sends part of a resumable upload, and resolves to the id that X gave it. */
async function beginResumable(app: Hono, emulator: Emulator): Promise<string> {
  const headers = { ...CREATION, ...CHUNK, 'upload-length': String(file.length) }
  const begun = await app.request('/files', { method: 'POST', headers, body: file.slice(0, 2 * SEGMENT_BYTES) })
  expect(begun.status).toBe(201)
  return emulator.uploads().at(-1)?.id ?? expect.fail()
}

const QUIET: Round = { actions: [], faultyCall: 0, succeeds: true, fault: 'none', turns: [0] }

it('completes an upload over X’s own API without a wrong byte, whatever comes at once, crashes, fails or is refused', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (faults) => {
      const clock = useFakeClock()
      const emulator = createEmulator({ now: clock.now })
      const store = memoryStore(clock)
      const healthy = startServers(QUIET, store, emulator).servers
      const own = healthy[0]?.sendAs('u1') ?? expect.fail()
      const opened = await whileTimePasses(clock, own('POST', '/upload/initialize', json(VIDEO)))
      const id = await idOf(opened)
      const resumableId = await whileTimePasses(clock, beginResumable(healthy[0]?.app ?? expect.fail(), emulator))
      const accepted = new Map<number, boolean>()
      const results = new Set<string>()

      async function act(action: Action, { fault }: Round, servers: typeof healthy): Promise<void> {
        const sendAs = servers[action.server]?.sendAs ?? expect.fail()
        const send = sendAs('u1')
        if (action.kind === 'init') {
          const flood = Array.from({ length: action.count }, () => send('POST', '/upload/initialize', json(VIDEO)))
          await Promise.all(flood)
        } else if (action.kind === 'append') {
          const { ok } = await append(send, id, action)
          if (!ok) return
          expect(accepted.get(action.index) ?? action.isAltered).toBe(action.isAltered)
          accepted.set(action.index, action.isAltered)
        } else if (action.kind === 'finalize') {
          const answer = await finalize(send, id, action.by)
          // A store that failed has forgotten the result: then X is asked again, whose answer may be a later one.
          if (answer.ok && fault === 'none') results.add(await answer.text())
        } else {
          const { by, target } = action
          const segment = { index: 0, isAltered: false, by }
          const [sender, at] = action.id === 'of another subject' ? [sendAs('u2'), id] : [send, resumableId]
          const answer = await (target === 'append' ? append(sender, at, segment) : finalize(sender, at, by))
          expect(answer.ok).toBe(false)
        }
      }

      for (const round of faults) {
        const { servers, crashed } = startServers(round, store, emulator)
        const isFinalized = results.size > 0
        const before = emulator.requests().counts.finalize
        const acted = Promise.all(round.actions.map((action) => act(action, round, servers)))
        await whileTimePasses(clock, Promise.race([acted, crashed]))
        const finalizes = emulator.requests().counts.finalize - before
        if (isFinalized) expect(finalizes).toBe(0)
        if (round.fault === 'none') expect(finalizes).toBeLessThanOrEqual(1)
        if (round.fault !== 'crash') for (const { counters } of servers) expect(counters()).toEqual(NOTHING_HELD)
        // What a crashed server holds is free again.
        await clock.advance(10_000)
      }

      const segments = await Promise.all(
        [0, 1, 2].map(async (index) => {
          const variants = [false, true].filter((isAltered) => isAltered === (accepted.get(index) ?? isAltered))
          for (const isAltered of variants) {
            const answer = await whileTimePasses(clock, append(own, id, { index, isAltered, by: 'path' }))
            const text = await answer.text()
            if (answer.ok) return [segmentAt(index, isAltered)]
            // X has one that a client was told had failed, or the one that was accepted.
            if (text.includes('already finalized')) return variants.map((variant) => segmentAt(index, variant))
            expect(text).toContain('different bytes')
          }
          return expect.fail('no segment is accepted')
        }),
      )
      const last = await whileTimePasses(clock, finalize(own, id, 'path'))
      expect(last.status, await last.clone().text()).toBe(200)
      results.add(await last.text())
      expect(results.size).toBe(1)
      const upload = await emulator.upload(id)
      expect(upload?.finalized).toBe(true)
      expect(filesOf(segments).map(sha256Of)).toContain(upload?.sha256)
      expect(emulator.violations()).toEqual([])
      expect(emulator.requests().max_in_flight.finalize).toBe(1)
      expect(emulator.uploads().length).toBeLessThanOrEqual(MAX_CREATIONS)
      for (const { counters } of healthy) expect(counters()).toEqual(NOTHING_HELD)
    }),
    { numRuns: 150 },
  )
})
