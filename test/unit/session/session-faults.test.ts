import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { memoryStore, type Store } from '../../../src/index.ts'
import { base, describedMedia } from '../../support/app.ts'
import { sampleFile } from '../../support/media.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const PIECE = { ...TUS, 'content-type': 'application/offset+octet-stream' }
const METADATA = `filetype ${btoa('video/mp4')}`
const file = sampleFile('video/mp4', 60_000)
const sha256 = createHash('sha256').update(file).digest('hex')

/** What a server that has died answers to all that it still tries: nothing. */
const NEVER = new Promise<never>(() => {})

/** One request of a client, and what becomes of the server meanwhile. */
interface Round {
  /** Bytes that it announces, and those after which its connection breaks off; those of each write. */
  bytes: number
  sentBytes: number
  writeBytes: number
  /** The step, of those to the store or to X, that is the server's last, or fails; and whether it was carried out. */
  step: number
  carriedOut: boolean
  fault: 'none' | 'death' | 'failure'
  /** Turns of the event loop that a step takes, one after another. */
  turns: number[]
}

const rounds = fc.array(
  fc.record<Round>({
    bytes: fc.integer({ min: 1, max: 60_000 }),
    sentBytes: fc.integer({ min: 0, max: 80_000 }),
    writeBytes: fc.integer({ min: 500, max: 60_000 }),
    step: fc.integer({ min: 0, max: 90 }),
    carriedOut: fc.boolean(),
    fault: fc.constantFrom('none', 'death', 'failure'),
    turns: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 7 }),
  }),
  { maxLength: 6 },
)

/** A server whose process ends, or whose store or X fails, at a step of the round. */
function serverFor(round: Round, store: Store, emulator: ReturnType<typeof createEmulator>) {
  let steps = 0
  const died = Promise.withResolvers<void>()
  async function step<Result>(carryOut: () => Promise<Result>): Promise<Result> {
    const mine = steps++
    const isLast = mine === round.step && round.fault !== 'none'
    for (let left = round.turns[mine % round.turns.length] ?? 0; left > 0; left--) await turn()
    if (round.fault === 'death' && mine > round.step) return await NEVER
    if (!isLast) return await carryOut()
    if (round.carriedOut) await carryOut()
    if (round.fault === 'failure') throw new TypeError('the connection was lost')
    died.resolve()
    return await NEVER
  }
  const app = new Hono().route(
    '/media',
    describedMedia({
      ...base,
      x: {
        segmentBytes: 5000,
        retry: { retries: 0 },
        fetch: (url, init) => step(async () => emulator.app.request(url, init)),
      },
      store: {
        get: (key) => step(() => store.get(key)),
        compareAndSwap: (...swap) => step(() => store.compareAndSwap(...swap)),
      },
    }),
  )
  app.onError((error, c) => c.text(error.message, 500))
  return { app, died: died.promise }
}

/** A body that breaks off. */
function bodyOf(bytes: Uint8Array<ArrayBuffer>, { sentBytes, writeBytes }: Round): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent === bytes.length) return controller.close()
      if (sent >= sentBytes) return controller.error(new TypeError('the client is gone'))
      const end = Math.min(bytes.length, sentBytes, sent + writeBytes)
      controller.enqueue(bytes.slice(sent, end))
      sent = end
    },
  })
}

it('a resumable upload comes to its end whole, whatever dies, fails or breaks off on the way', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (faults) => {
      const emulator = createEmulator()
      const store = memoryStore()
      const quiet: Round = {
        bytes: 0,
        sentBytes: 0,
        writeBytes: 60_000,
        step: 0,
        carriedOut: true,
        fault: 'none',
        turns: [0],
      }
      const healthy = serverFor(quiet, store, emulator).app
      const created = await healthy.request('/media/files', {
        method: 'POST',
        headers: { ...TUS, 'upload-length': '60000', 'upload-metadata': METADATA },
      })
      const at = created.headers.get('location') ?? ''

      /** Time goes on: a dead server's lease is over, and X may be asked to finalize again. */
      async function runOut(): Promise<void> {
        const key = `session:${at.split('/').at(-1)}`
        const text = (await store.get(key)) ?? ''
        const free = text.replace(/"(leasedUntil|finalizeAt)":\d+/g, '"$1":0')
        expect(await store.compareAndSwap(key, text, free, Date.now() + 3_600_000)).toBe(true)
      }

      async function ask(app: Hono, round: Round, offset: number): Promise<Response> {
        const piece = file.slice(offset, offset + round.bytes)
        const headers = { ...PIECE, 'content-length': String(piece.length), 'upload-offset': String(offset) }
        const init = { method: 'PATCH', headers, body: bodyOf(piece, round), duplex: 'half' }
        return await app.request(at, init)
      }

      async function offsetNow(): Promise<number> {
        await runOut()
        const answer = await healthy.request(at, { method: 'HEAD', headers: TUS })
        expect(answer.status).toBe(200)
        return Number(answer.headers.get('upload-offset'))
      }

      let offset = 0
      for (const round of faults) {
        if (offset === file.length) break
        const { app, died } = serverFor(round, store, emulator)
        const answer = await Promise.race([ask(app, round, offset), died])
        const before = offset
        offset = await offsetNow()
        expect(offset).toBeGreaterThanOrEqual(before)
        const told = Number(answer?.headers.get('upload-offset') ?? 0)
        expect(offset).toBeGreaterThanOrEqual(told)
      }
      if (offset < file.length) {
        const last = await ask(healthy, { ...quiet, bytes: file.length, sentBytes: file.length }, offset)
        expect(last.status, await last.clone().text()).toBe(204)
      }
      const last = await healthy.request(at, { method: 'HEAD', headers: TUS })
      const mediaId = last.headers.get('x-media-id')
      const upload = await emulator.app.request(`/_emulator/uploads/${mediaId}`)
      expect(await upload.json()).toMatchObject({ finalized: true, sha256 })
      expect(emulator.violations()).toEqual([])
    }),
    { numRuns: 150 },
  )
})
