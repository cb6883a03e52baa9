import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UploadMediaOptions, UploadProgress, UploadStorage, UploadWarning } from '../../src/browser/index.ts'
import * as client from '../../src/browser/index.ts'
import { randomFile, type TestFile } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { type Line, openLine } from '../support/line.ts'
import { sampleFile } from '../support/media.ts'
import { type Program, start } from '../support/processes.ts'
import { memoryStorage } from '../support/upload-storage.ts'

const MIB = 1024 * 1024
const VIDEO_BYTES = 6 * MIB
const BEFORE_THE_END = 2.5 * MIB
/** How long X processes a video, by the clock of the emulator, which the tests advance. */
const PROCESSING_SECS = 600

let folder: string
let emulator: EmulatorProgram
let server: Program
let line: Line
let storage: UploadStorage
/** The requests of a test: each method, with what it accepts where that matters. */
let requests: string[]
/** How many uploads X had before the test. */
let known: number

const startServer = (port = '0') =>
  start('serve:node', {
    PORT: port,
    X_BEARER_TOKEN: 'server-held-token',
    X_MEDIA_SECRET: 's'.repeat(32),
    X_API_BASE_URL: emulator.url,
    X_MEDIA_STORE: join(folder, 'uploads.db'),
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  emulator = await startEmulator({ processing: { pendingSecs: 0, inProgressSecs: PROCESSING_SECS } })
  server = await startServer()
  line = await openLine(server.url)
})
afterAll(async () => {
  line?.close()
  await server?.kill()
  await emulator?.kill()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await emulator.setFaults([])
  known = await countUploads()
  storage = memoryStorage()
  requests = []
})
afterEach(async () => {
  expect(await emulator.violations()).toEqual([])
})

const countUploads = async () => (await emulator.uploads()).length

function options(more: Partial<UploadMediaOptions> = {}): UploadMediaOptions {
  return {
    endpoint: `${line.url}/media`,
    headers: { 'x-demo-user': 'u1' },
    storage,
    ...more,
    onProgress(progress) {
      more.onProgress?.(progress)
      if (progress.state === 'processing') emulator.advance(PROCESSING_SECS / 2)
    },
    fetch: async (url, init) => {
      const accept = new Headers(init.headers).get('accept')
      requests.push([init.method, ...(accept ? [accept] : [])].join(' '))
      return await (more.fetch ?? fetch)(url, init)
    },
  }
}

function asFile({ pieces }: TestFile, name = `${randomUUID()}.mp4`): File {
  return new File([...pieces()], name, { type: 'video/mp4', lastModified: 1_790_000_000_000 })
}

const picture = () => new File([sampleFile('image/png', 5000)], 'cat.png', { type: 'image/png' })

async function expectReceived(id: string, { size, sha256 }: TestFile): Promise<void> {
  expect(await emulator.upload(id)).toMatchObject({ finalized: true, size, sha256 })
  expect(await countUploads()).toBe(known + 1)
  expect(await storage.list()).toEqual([])
}

/** Resolves when X has acknowledged the first bytes. */
function whenBegun(more: Partial<UploadMediaOptions> = {}) {
  const begun = Promise.withResolvers<void>()
  const onProgress = (progress: UploadProgress) => {
    if (progress.acknowledgedBytes > 0) begun.resolve()
    more.onProgress?.(progress)
  }
  return { begun: begun.promise, options: options({ ...more, onProgress }) }
}

/** The client as a page has it after a reload. */
async function reloaded(): Promise<typeof client> {
  vi.resetModules()
  return await import('../../src/browser/index.ts')
}

describe('uploadMedia', () => {
  it('sends a small file in one request, with its alternative text', async () => {
    const file = picture()
    const upload = client.uploadMedia(file, options({ altText: 'A cat, 🐈', category: 'dm_image' }))
    expect(upload.state).toBe('uploading')
    const { id, mediaKey, data } = await upload
    expect(mediaKey).toBe(data.media_key)
    expect(await emulator.upload(id)).toMatchObject({
      ...{ finalized: true, size: 5000, alt_text: 'A cat, 🐈' },
      ...{ media_category: 'dm_image', media_type: 'image/png' },
    })
    expect(requests).toEqual(['POST'])
    expect(upload.progress).toMatchObject({ state: 'done', acknowledgedBytes: 5000, totalBytes: 5000 })
    expect(await storage.list()).toEqual([])
  })

  it('sends a larger file in chunks, and resolves when X has processed it', async () => {
    const file = randomFile(VIDEO_BYTES)
    const seen: UploadProgress[] = []
    const upload = client.uploadMedia(asFile(file), options({ onProgress: (progress) => seen.push(progress) }))
    const { id } = await upload
    await expectReceived(id, file)
    expect([...new Set(requests)]).toEqual(['OPTIONS', 'POST', 'PATCH', 'GET text/event-stream'])
    const bytes = seen.map(({ acknowledgedBytes }) => acknowledgedBytes)
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
    expect(new Set(bytes).size).toBeGreaterThan(3)
    expect([bytes[0], bytes.at(-1)]).toEqual([0, VIDEO_BYTES])
    const percents = seen.flatMap(({ processingPercent: percent }) => (percent === undefined ? [] : [percent]))
    expect(percents.some((percent) => percent > 0 && percent < 100)).toBe(true)
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['uploading', 'processing', 'done']))
    expect(seen.some(({ state, remainingSecs = -1 }) => state === 'uploading' && remainingSecs >= 0)).toBe(true)
  })

  it('continues where X is when the connection is reset', async () => {
    const file = randomFile(VIDEO_BYTES)
    const interruptions: unknown[] = []
    const onProgress = ({ interruption }: UploadProgress) => interruption && interruptions.push(interruption.code)
    const lost = line.loseAfter(BEFORE_THE_END)
    const upload = client.uploadMedia(asFile(file), options({ onProgress }))
    await lost
    line.cut()
    await expectReceived((await upload).id, file)
    expect(interruptions[0]).toBe('connection_lost')
  })

  it('continues when the server has been killed and started again', async () => {
    const file = randomFile(VIDEO_BYTES)
    const lost = line.loseAfter(BEFORE_THE_END)
    const upload = client.uploadMedia(asFile(file), options())
    await lost
    await server.kill('SIGKILL')
    line.cut()
    server = await startServer(new URL(server.url).port)
    await expectReceived((await upload).id, file)
  })

  it('stops while it is paused, and continues when it is resumed', async () => {
    const file = randomFile(VIDEO_BYTES)
    const { begun, options } = whenBegun()
    const upload = client.uploadMedia(asFile(file), options)
    await begun
    upload.pause()
    expect(upload.state).toBe('paused')
    const [stored] = await storage.list()
    const answer = await fetch(stored?.uploadUrl ?? '', {
      headers: { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' },
    })
    expect(await answer.json()).toMatchObject({ state: 'open', total_bytes: VIDEO_BYTES })
    upload.resume()
    expect(upload.state).toBe('uploading')
    await expectReceived((await upload).id, file)
  })

  it('aborts, and deletes what the server has', async () => {
    const { begun, options } = whenBegun()
    const upload = client.uploadMedia(asFile(randomFile(VIDEO_BYTES)), options)
    await begun
    const [stored] = await storage.list()
    upload.abort()
    await expect(upload).rejects.toMatchObject({ name: 'XMediaUploadError', code: 'aborted' })
    expect(upload.state).toBe('failed')
    expect(await storage.list()).toEqual([])
    const headers = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' }
    await expect.poll(async () => (await fetch(stored?.uploadUrl ?? '', { headers })).status).toBe(404)
  })

  it('aborts by a signal, also before it has begun', async () => {
    const upload = client.uploadMedia(picture(), options({ signal: AbortSignal.abort('no longer wanted') }))
    await expect(upload).rejects.toMatchObject({ code: 'aborted', cause: 'no longer wanted' })
    expect(requests).toEqual([])
  })

  it('reports what X refused although it has the file', async () => {
    await emulator.setFaults([{ step: 'metadata', kind: 'error', status: 403 }])
    const warnings: UploadWarning[] = []
    const onWarning = (warning: UploadWarning) => warnings.push(warning)
    await client.uploadMedia(picture(), options({ altText: 'A cat', onWarning }))
    expect(warnings).toMatchObject([{ title: 'The alternative text was not set' }])
  })

  it('rejects when X could not process the file, in its words', async () => {
    await emulator.setFaults([{ step: 'finalize', kind: 'processing_failed' }])
    const upload = client.uploadMedia(asFile(randomFile(100_000)), options())
    await expect(upload).rejects.toMatchObject({
      code: 'processing_failed',
      message: 'X could not process this file. file is invalid',
    })
    expect(await storage.list()).toEqual([])
  })

  it('rejects with the code of the server and a sentence for people', async () => {
    const upload = client.uploadMedia(new File(['Hello'], 'a.png', { type: 'image/png' }), options())
    await expect(upload).rejects.toMatchObject({ code: 'signature_mismatch', status: 415 })
    await expect(upload).rejects.toThrow('The file is not what its name says. This is text')
  })

  it('waits as long as X wants to be left alone, and gives up if that is too long', async () => {
    await emulator.setFaults([
      { step: 'initialize', kind: 'error', status: 429, limit: 'retry_after', waitSecs: 3000, times: 0 },
    ])
    const upload = client.uploadMedia(picture(), options())
    await expect(upload).rejects.toMatchObject({ code: 'x_rate_limited' })
    await expect(upload).rejects.toThrow(/^X accepts no more uploads from this app for now. Try again in 50 minutes.$/)
    expect(await storage.list()).toHaveLength(1)
  })
})

describe('following the processing', () => {
  const gif = () => new File([sampleFile('video/mp4', 5000)], 'dance.mp4', { type: 'video/mp4' })

  it('listens again when the events break off', async () => {
    let isCut = false
    const onProgress = ({ state }: UploadProgress) => {
      if (state !== 'processing' || isCut) return
      isCut = true
      setImmediate(line.cut)
    }
    await client.uploadMedia(gif(), options({ onProgress }))
    expect(requests.slice(0, 3)).toEqual(['POST', 'GET text/event-stream', 'GET text/event-stream'])
  })

  it('asks from time to time where events do not come through', async () => {
    const withoutEvents: UploadMediaOptions['fetch'] = async (url, init) => {
      const response = await fetch(url, init)
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response
      await response.body?.cancel()
      return new Response('a proxy’s own page', { headers: { 'content-type': 'text/html' } })
    }
    await client.uploadMedia(gif(), options({ fetch: withoutEvents }))
    expect(requests).toContain('GET application/json')
  })
})

describe('after a reload', () => {
  /** Begins an upload, and closes the page in the middle. */
  async function beginAndClose(file: File, more: Partial<UploadMediaOptions> = {}): Promise<void> {
    const { begun, options } = whenBegun(more)
    const { uploadMedia } = await reloaded()
    const upload = uploadMedia(file, options)
    await begun
    upload.pause()
    requests = []
  }

  it('continues when the same file is uploaded again', async () => {
    const file = randomFile(VIDEO_BYTES)
    await beginAndClose(asFile(file, 'dance.mp4'))
    const { uploadMedia } = await reloaded()
    const { id } = await uploadMedia(asFile(file, 'dance.mp4'), options())
    await expectReceived(id, file)
    expect(requests[0]).toBe('GET')
  })

  it('begins anew for the same file with other alternative text', async () => {
    const file = randomFile(VIDEO_BYTES)
    await beginAndClose(asFile(file, 'dance.mp4'))
    const { uploadMedia } = await reloaded()
    const { id } = await uploadMedia(asFile(file, 'dance.mp4'), options({ altText: 'A dance' }))
    expect(await emulator.upload(id)).toMatchObject({ sha256: file.sha256, alt_text: 'A dance' })
    expect(await countUploads()).toBe(known + 2)
  })

  it('continues by itself with the file that it has kept', async () => {
    const file = randomFile(VIDEO_BYTES)
    await beginAndClose(asFile(file, 'dance.mp4'))
    const { interruptedUploads } = await reloaded()
    const found = await interruptedUploads(options())
    expect(found).toMatchObject([{ name: 'dance.mp4', size: VIDEO_BYTES, needsFile: false }])
    const media = await found[0]?.resume()
    await expectReceived(media?.id ?? '', file)
  })

  it('asks for a file that was too large to keep, and takes no other one', async () => {
    const file = randomFile(VIDEO_BYTES)
    await beginAndClose(asFile(file, 'dance.mp4'), { keepFileBytes: VIDEO_BYTES - 1 })
    const { interruptedUploads } = await reloaded()
    const [found] = await interruptedUploads(options())
    expect(found?.needsFile).toBe(true)
    await expect(found?.resume()).rejects.toMatchObject({ code: 'file_missing' })
    expect(() => found?.resume({ file: asFile(file, 'other.mp4') })).toThrow('This is not the file')
    const media = await found?.resume({ file: asFile(file, 'dance.mp4') })
    await expectReceived(media?.id ?? '', file)
  })

  it('follows a file that X is processing, without the file', async () => {
    const file = new File([sampleFile('video/mp4', 5000)], 'dance.mp4', { type: 'video/mp4' })
    const processing = Promise.withResolvers<void>()
    const closed = new Promise<never>(() => {})
    const upload = client.uploadMedia(
      file,
      options({
        onProgress: ({ state }) => state === 'processing' && processing.resolve(),
        fetch: (url, init) => (url.includes('/status/') ? closed : fetch(url, init)),
      }),
    )
    await processing.promise
    expect(upload.state).toBe('processing')
    const { interruptedUploads } = await reloaded()
    const [found] = await interruptedUploads(options())
    expect(found?.needsFile).toBe(false)
    const media = await found?.resume()
    expect(await emulator.upload(media?.id ?? '')).toMatchObject({ finalized: true, size: 5000 })
    expect(requests.filter((request) => request === 'POST')).toHaveLength(1)
  })

  it('begins anew when the server has forgotten the upload', async () => {
    const file = randomFile(VIDEO_BYTES)
    await beginAndClose(asFile(file, 'dance.mp4'))
    const [stored] = await storage.list()
    if (stored) await storage.set({ ...stored, uploadUrl: `${line.url}/media/files/${'0'.repeat(32)}` })
    const { uploadMedia } = await reloaded()
    const { id } = await uploadMedia(asFile(file, 'dance.mp4'), options())
    expect(await emulator.upload(id)).toMatchObject({ finalized: true, sha256: file.sha256 })
    expect(requests.slice(0, 2)).toEqual(['GET', 'POST'])
  })

  it('discards an upload, here and on the server', async () => {
    await beginAndClose(asFile(randomFile(VIDEO_BYTES)))
    const [stored] = await storage.list()
    const { interruptedUploads } = await reloaded()
    const [found] = await interruptedUploads(options())
    await found?.discard()
    expect(await interruptedUploads(options())).toEqual([])
    const headers = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' }
    await expect.poll(async () => (await fetch(stored?.uploadUrl ?? '', { headers })).status).toBe(404)
  })

  it('forgets uploads that have expired, and does not list those of another endpoint or those that run', async () => {
    const { begun, options: running } = whenBegun()
    const upload = client.uploadMedia(asFile(randomFile(VIDEO_BYTES)), running)
    await begun
    upload.pause()
    expect(await client.interruptedUploads(options())).toEqual([])
    const { interruptedUploads } = await reloaded()
    expect(await interruptedUploads(options({ endpoint: '/elsewhere' }))).toEqual([])
    const [stored] = await storage.list()
    if (stored) await storage.set({ ...stored, expiresAt: Date.now() })
    expect(await interruptedUploads(options())).toEqual([])
    expect(await storage.list()).toEqual([])
  })
})

describe('uploadAll', () => {
  it('uploads four files at once, and resolves to their media in order', async () => {
    const files = [5000, 5001, 5002, 5003].map(
      (size) => new Blob([sampleFile('image/png', size)], { type: 'image/png' }),
    )
    const done = new Set<number>()
    const media = await client.uploadAll(
      files.map((file, index) => ({ file, altText: `Picture ${index}` })),
      { ...options(), onProgress: ({ state }, index) => state === 'done' && done.add(index) },
    )
    const received = await Promise.all(media.map(({ id }) => emulator.upload(id)))
    expect(received.map(({ size }) => size)).toEqual([5000, 5001, 5002, 5003])
    expect(received[3]).toMatchObject({ alt_text: 'Picture 3' })
    expect(done.size).toBe(4)
  })

  it('rejects when one file fails, while the others go on', async () => {
    const all = client.uploadAll([new Blob(['Hello'], { type: 'image/png' }), picture()], options())
    await expect(all).rejects.toMatchObject({ code: 'signature_mismatch' })
    expect(await all.uploads[1]).toMatchObject({ id: expect.stringMatching(/^\d+$/) })
  })

  it('takes no more files than a post', () => {
    expect(() => client.uploadAll(Array.from({ length: 5 }, picture), options())).toThrow(RangeError)
  })
})
