import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { createXMedia, memoryStore, type Store, XMediaError } from '../../src/index.ts'
import type { StoredFile } from '../../src/sources/index.ts'
import { type Checks, equal } from './checks.ts'
import { sampleFile } from './media.ts'

/** A place for one file, on any runtime. */
export interface FilePlace {
  /** Writes the file, and replaces the one that is there. */
  put(file: Uint8Array<ArrayBuffer>): Promise<void>
  source(): StoredFile
  /** The source of a file that does not exist. */
  missing(): StoredFile
}

const FILE_BYTES = 700_000
const SEGMENT_BYTES = 100_000

/** A video whose bytes depend on a seed. */
function videoOf(seed: number): Uint8Array<ArrayBuffer> {
  const head = sampleFile('video/mp4')
  const file = Uint8Array.from({ length: FILE_BYTES }, (_, at) => (at * at + seed * at + seed) % 251)
  file.set(head)
  return file
}

const video = videoOf(1)
const changedVideo = videoOf(2)

function setUp(store: Store = memoryStore(), emulator: Emulator = createEmulator()) {
  const x = createXMedia({
    token: 'server-held-token',
    store,
    x: {
      segmentBytes: SEGMENT_BYTES,
      retry: { retries: 3, backoffMs: 0 },
      fetch: async (url, init) => emulator.app.request(url, init),
    },
  })
  return { x, emulator, store }
}

/** A source whose streams break off after so many bytes, as often as `times` says. */
function breaking(file: StoredFile, bytes: number, times: number, beforeBreak: () => Promise<void> = async () => {}) {
  const offsets: number[] = []
  const source: StoredFile = {
    describe: (signal) => file.describe(signal),
    async open(offset, options) {
      offsets.push(offset)
      const stream = await file.open(offset, options)
      return offsets.length > times ? stream : breakOff(stream, bytes, beforeBreak)
    },
  }
  return { source, offsets }
}

function breakOff(stream: ReadableStream<Uint8Array>, bytes: number, beforeBreak: () => Promise<void>) {
  const reader = stream.getReader()
  let left = bytes
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (left === 0) {
        await reader.cancel()
        await beforeBreak()
        throw new TypeError('the connection was lost')
      }
      const { done, value } = await reader.read()
      if (done) return controller.close()
      const piece = value.slice(0, left)
      left -= piece.length
      controller.enqueue(piece)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** A source that breaks off after so many bytes, and cannot be opened again. */
function lostAt(file: StoredFile, bytes: number): StoredFile {
  const { source } = breaking(file, bytes, 1)
  return {
    describe: (signal) => source.describe(signal),
    async open(offset, options) {
      if (offset > 0) throw new TypeError('the connection was lost')
      return await source.open(offset, options)
    },
  }
}

async function checkFinished(emulator: Emulator, mediaId: string, file: Uint8Array<ArrayBuffer>): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', file))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const upload = await emulator.upload(mediaId)
  equal({ finalized: upload?.finalized, sha256: upload?.sha256 }, { finalized: true, sha256 })
  equal(emulator.violations(), [])
  equal(emulator.uploads().length, 1)
}

async function checkRefused(emulator: Emulator, upload: Promise<unknown>, code: string): Promise<void> {
  const error = await upload.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  equal(error instanceof XMediaError ? error.code : String(error), code)
  equal(
    emulator.uploads().filter(({ finalized }) => finalized),
    [],
  )
}

/** Uploads the first 250,000 bytes, as "film". */
async function uploadPart(place: FilePlace): Promise<ReturnType<typeof setUp>> {
  const parts = setUp()
  const upload = parts.x.upload({ id: 'film', source: lostAt(place.source(), 250_000) })
  await checkRefused(parts.emulator, upload, 'source_unavailable')
  return parts
}

/** What holds of each source, wherever its file lies. */
export const SOURCE_CHECKS: Checks<FilePlace> = {
  async 'uploads the file'(place) {
    await place.put(video)
    const { x, emulator } = setUp()
    const { data } = await x.upload({ source: place.source() })
    await checkFinished(emulator, data.id, video)
  },

  async 'is opened again where it broke off'(place) {
    await place.put(video)
    const { x, emulator } = setUp()
    const { source, offsets } = breaking(place.source(), 123_457, 4)
    const { data } = await x.upload({ source })
    await checkFinished(emulator, data.id, video)
    equal(offsets, [0, 123_457, 246_914, 370_371, 493_828])
  },

  async 'goes on in another process from the byte that X acknowledged'(place) {
    await place.put(video)
    const { emulator, store } = await uploadPart(place)
    const { source, offsets } = breaking(place.source(), 0, 0)
    const { data } = await setUp(store, emulator).x.upload({ id: 'film', source })
    await checkFinished(emulator, data.id, video)
    equal(offsets, [250_000])
  },

  async 'refuses a file that changes in the middle'(place) {
    await place.put(video)
    const { x, emulator } = setUp()
    const { source } = breaking(place.source(), 250_000, 1, () => place.put(changedVideo))
    await checkRefused(emulator, x.upload({ source }), 'source_changed')
  },

  async 'refuses a file that has changed before another process goes on'(place) {
    await place.put(video)
    const { emulator, store } = await uploadPart(place)
    await place.put(changedVideo)
    const next = setUp(store, emulator)
    await checkRefused(emulator, next.x.upload({ id: 'film', source: place.source() }), 'source_changed')
    await place.put(video)
    await checkRefused(emulator, next.x.upload({ id: 'film', source: place.source() }), 'source_changed')
  },

  async 'fails for a file that is not there'(place) {
    const { x, emulator } = setUp()
    await checkRefused(emulator, x.upload({ source: place.missing() }), 'source_unavailable')
  },
}
