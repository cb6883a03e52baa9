import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../src/emulator/index.ts'
import { type MediaUpload, memoryStore, type Store, type XMediaClient } from '../../../src/index.ts'
import { sessionIdFor } from '../../../src/session/durable-upload.ts'
import { checkUnchanged, type FileDescription, type StoredFile } from '../../../src/sources/stored-file.ts'
import { type CallFaults, createFaultyCalls, faultsIn } from '../../support/faulty-calls.ts'
import { expectFile, expectNothingFinalized, ownUploads, streamOf } from '../../support/own-uploads.ts'
import { randomVideo } from '../../support/random-video.ts'
import { endLease } from '../../support/resumable.ts'

const video = randomVideo(60_000)
const totalBytes = video.length
const x = { segmentBytes: 5000, retry: { retries: 0 } }

/** A source that records where it is opened. */
function recordedSource(file: Uint8Array = video, version?: string) {
  const offsets: number[] = []
  const source: StoredFile = {
    describe: async (): Promise<FileDescription> => ({ totalBytes: file.length, mediaType: 'video/mp4', version }),
    async open(offset) {
      offsets.push(offset)
      return streamOf(file, offset)
    },
  }
  return { source, offsets }
}

/** A function of an offset that breaks off at this byte, and cannot be opened again. */
function breaksAt(byte: number): MediaUpload['source'] {
  return (offset) => streamOf(video, offset, byte - offset)
}

/** Uploads of one store and one X. */
function setUp(emulator: Emulator = createEmulator()) {
  const store = memoryStore()
  return { store, ...ownUploads({ store, x }, emulator) }
}

async function interruptAt(byte: number, client: XMediaClient): Promise<void> {
  const upload = client.upload({ id: 'film', source: breaksAt(byte), totalBytes })
  await expect(upload).rejects.toMatchObject({ code: 'source_unavailable' })
}

describe('an upload with an id', () => {
  it('goes on from the byte that X acknowledged', async () => {
    const { client, emulator } = setUp()
    await interruptAt(32_000, client)
    const { source, offsets } = recordedSource()
    const { data } = await client.upload({ id: 'film', source })
    await expectFile(emulator, data.id, video)
    expect(offsets).toEqual([32_000])
    expect(emulator.uploads()).toHaveLength(1)
  })

  it.each<[string, () => MediaUpload]>([
    ['bytes', () => ({ source: video })],
    ['a stream', () => ({ source: streamOf(video), totalBytes })],
    ['a Response', () => ({ source: new Response(video, { headers: { 'content-length': String(totalBytes) } }) })],
  ])('goes on from there with %s', async (_, upload) => {
    const { client, emulator } = setUp()
    await interruptAt(32_000, client)
    const { data } = await client.upload({ id: 'film', ...upload() })
    await expectFile(emulator, data.id, video)
    expect(emulator.uploads()).toHaveLength(1)
  })

  it('returns the finished media without opening its source again', async () => {
    const { client, emulator } = setUp()
    const first = await client.upload({ id: 'film', source: video, altText: 'A film' })
    const { source, offsets } = recordedSource()
    expect(await client.upload({ id: 'film', source })).toEqual(first)
    expect(offsets).toEqual([])
    expect(await emulator.upload(first.data.id)).toMatchObject({ alt_text: 'A film' })
    expect(emulator.requests().counts).toMatchObject({ initialize: 1, finalize: 1, metadata: 1 })
  })

  it('is one upload when two callers use the id at once: one works, the other waits', async () => {
    const { client, emulator } = setUp()
    const { source, offsets } = recordedSource()
    const uploads = Array.from({ length: 4 }, () => client.upload({ id: 'film', source }))
    const answers = await Promise.all(uploads)
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1)
    await expectFile(emulator, answers[0]?.data.id ?? '', video)
    expect(offsets).toEqual([0])
  })

  it('is continued by a waiting caller when the first one fails', async () => {
    const { client, emulator } = setUp()
    const { source } = recordedSource()
    const first = interruptAt(32_000, client)
    const second = client.upload({ id: 'film', source })
    await first
    await expectFile(emulator, (await second).data.id, video)
    expect(emulator.uploads()).toHaveLength(1)
  })

  it('ends a waiting caller by its own signal, and not the one that works', async () => {
    const { client, emulator } = setUp()
    const started = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const first = client.upload({
      ...{ id: 'film', totalBytes },
      async source(offset) {
        started.resolve()
        await mayGoOn.promise
        return streamOf(video, offset)
      },
    })
    await started.promise
    const controller = new AbortController()
    const second = client.upload({ id: 'film', source: video }, { signal: controller.signal })
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'client_closed' })
    mayGoOn.resolve()
    await expectFile(emulator, (await first).data.id, video)
  })

  it('is another upload for another id, and for another subject', async () => {
    const { client, emulator } = setUp()
    await client.upload({ id: 'film', source: video })
    await client.upload({ id: 'film', subject: 'alice', source: video })
    await client.upload({ id: 'alice', subject: 'film', source: video })
    await client.upload({ id: 'films', source: video })
    expect(emulator.uploads()).toHaveLength(4)
  })

  it('fails for good when its source changes, and nothing is finalized', async () => {
    const { client, emulator } = setUp()
    const { source } = recordedSource(video, '1')
    const broken: StoredFile = { ...source, open: async () => streamOf(video, 0, 20_000) }
    await expect(client.upload({ id: 'film', source: broken })).rejects.toMatchObject({ code: 'source_unavailable' })
    const changed: StoredFile = {
      ...source,
      async open(_, { expected }) {
        expect(expected).toMatchObject({ version: '1', totalBytes })
        checkUnchanged({ version: '2' }, expected)
        return streamOf(video)
      },
    }
    await expect(client.upload({ id: 'film', source: changed })).rejects.toMatchObject({ code: 'source_changed' })
    await expect(client.upload({ id: 'film', source })).rejects.toMatchObject({ code: 'source_changed', status: 409 })
    expectNothingFinalized(emulator)
  })

  it.each<[string, () => MediaUpload]>([
    ['bytes of another size', () => ({ source: video.subarray(1) })],
    ['another totalBytes', () => ({ source: streamOf(video), totalBytes: totalBytes - 1 })],
  ])('is refused with %s than before', async (_, upload) => {
    const { client, emulator } = setUp()
    await interruptAt(32_000, client)
    await expect(client.upload({ id: 'film', ...upload() })).rejects.toMatchObject({ code: 'source_changed' })
    expectNothingFinalized(emulator)
  })

  it('fails for good when its source is longer than declared', async () => {
    const { client, emulator } = setUp()
    const upload = () => client.upload({ id: 'film', source: (offset) => streamOf(video, offset), totalBytes: 50_000 })
    await expect(upload()).rejects.toMatchObject({ code: 'body_too_long' })
    await expect(upload()).rejects.toMatchObject({ code: 'body_too_long' })
    expectNothingFinalized(emulator)
  })

  it('can be corrected as long as X knows nothing of it', async () => {
    const { client, emulator } = setUp()
    const wrong = client.upload({ id: 'film', source: video, mediaType: 'image/png' })
    await expect(wrong).rejects.toMatchObject({ code: 'signature_mismatch' })
    const { data } = await client.upload({ id: 'film', source: video, mediaType: 'video/mp4' })
    await expectFile(emulator, data.id, video)
  })

  it('fails with store_unavailable when the store does', async () => {
    const store: Store = {
      get: () => Promise.reject(new Error('down')),
      compareAndSwap: () => Promise.reject(new Error('down')),
    }
    const upload = ownUploads({ store }).client.upload({ id: 'film', source: video })
    await expect(upload).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

interface Crash extends CallFaults<'crash' | 'failure'> {
  pieceBytes: number
}

/** A client whose process crashes, or whose store or X fails, at one of its calls. */
function clientThatFails(fault: Crash, store: Store, emulator: Emulator) {
  const calls = createFaultyCalls(fault)
  const { client } = ownUploads(
    {
      x: { ...x, fetch: (url, init) => calls.make(async () => emulator.app.request(url, init)) },
      store: {
        get: (key) => calls.make(() => store.get(key)),
        compareAndSwap: (...swap) => calls.make(() => store.compareAndSwap(...swap)),
      },
    },
    emulator,
  )
  return { client, crashed: calls.crashed }
}

it('an upload with an id completes without a wrong byte, whatever crashes or fails', async () => {
  const crash = fc.record<Crash>({
    pieceBytes: fc.integer({ min: 500, max: 60_000 }),
    ...faultsIn(60, 'crash', 'failure'),
  })
  const path = await sessionIdFor('', 'film')
  await fc.assert(
    fc.asyncProperty(fc.array(crash, { maxLength: 5 }), async (crashes) => {
      const store = memoryStore()
      const emulator = createEmulator()
      for (const fault of crashes) {
        const { client, crashed } = clientThatFails(fault, store, emulator)
        const source = (offset: number) => streamOf(video, offset, Infinity, fault.pieceBytes)
        await Promise.race([client.upload({ id: 'film', source, totalBytes }).catch(() => {}), crashed])
        // A crashed process still has the lease.
        if ((await store.get(`session:${path}`)) !== undefined) await endLease(store, path)
      }
      const { data } = await ownUploads({ store, x }, emulator).client.upload({ id: 'film', source: video })
      await expectFile(emulator, data.id, video)
    }),
    { numRuns: 150 },
  )
})
