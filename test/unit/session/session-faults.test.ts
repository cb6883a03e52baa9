import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { memoryStore, type Store } from '../../../src/index.ts'
import { base, describedMedia } from '../../support/app.ts'
import { type CallFaults, createFaultyCalls, faultsIn } from '../../support/faulty-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { endLease, pathOf } from '../../support/resumable.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' }
const METADATA = `filetype ${btoa('video/mp4')}`
const file = sampleFile('video/mp4', 60_000)
const sha256 = createHash('sha256').update(file).digest('hex')

/** One request of a client, and what happens to the server meanwhile. */
interface Round extends CallFaults<'crash' | 'failure'> {
  /** The declared size of the chunk, the bytes after which the connection breaks off, and the size of each write. */
  bytes: number
  sentBytes: number
  writeBytes: number
}

const rounds = fc.array(
  fc.record<Round>({
    bytes: fc.integer({ min: 1, max: 60_000 }),
    sentBytes: fc.integer({ min: 0, max: 80_000 }),
    writeBytes: fc.integer({ min: 500, max: 60_000 }),
    ...faultsIn(90, 'crash', 'failure'),
  }),
  { maxLength: 6 },
)

/** A server that crashes, or whose store or X fails, at the round's call. */
function serverFor(round: Round, store: Store, emulator: ReturnType<typeof createEmulator>) {
  const calls = createFaultyCalls(round)
  const app = new Hono().route(
    '/media',
    describedMedia({
      ...base,
      x: {
        segmentBytes: 5000,
        retry: { retries: 0 },
        fetch: (url, init) => calls.make(async () => emulator.app.request(url, init)),
      },
      store: {
        get: (key) => calls.make(() => store.get(key)),
        compareAndSwap: (...swap) => calls.make(() => store.compareAndSwap(...swap)),
      },
    }),
  )
  app.onError((error, c) => c.text(error.message, 500))
  return { app, crashed: calls.crashed }
}

/** A body whose connection breaks off. */
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

it('completes a resumable upload without a wrong byte, whatever crashes, fails or breaks off', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (faults) => {
      const emulator = createEmulator()
      const store = memoryStore()
      const quiet: Round = {
        bytes: 0,
        sentBytes: 0,
        writeBytes: 60_000,
        faultyCall: 0,
        succeeds: true,
        fault: 'none',
        turns: [0],
      }
      const healthy = serverFor(quiet, store, emulator).app
      const created = await healthy.request('/media/files', {
        method: 'POST',
        headers: { ...TUS, 'upload-length': '60000', 'upload-metadata': METADATA },
      })
      const at = pathOf(created)

      async function patch(app: Hono, round: Round, offset: number): Promise<Response> {
        const chunk = file.slice(offset, offset + round.bytes)
        const headers = { ...CHUNK, 'content-length': String(chunk.length), 'upload-offset': String(offset) }
        const init = { method: 'PATCH', headers, body: bodyOf(chunk, round), duplex: 'half' }
        return await app.request(at, init)
      }

      async function currentOffset(): Promise<number> {
        // A crashed server still has the lease.
        await endLease(store, at)
        const answer = await healthy.request(at, { method: 'HEAD', headers: TUS })
        expect(answer.status).toBe(200)
        return Number(answer.headers.get('upload-offset'))
      }

      let offset = 0
      for (const round of faults) {
        if (offset === file.length) break
        const { app, crashed } = serverFor(round, store, emulator)
        const answer = await Promise.race([patch(app, round, offset), crashed])
        const before = offset
        offset = await currentOffset()
        expect(offset).toBeGreaterThanOrEqual(before)
        const reported = Number(answer?.headers.get('upload-offset') ?? 0)
        expect(offset).toBeGreaterThanOrEqual(reported)
      }
      if (offset < file.length) {
        const last = await patch(healthy, { ...quiet, bytes: file.length, sentBytes: file.length }, offset)
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
