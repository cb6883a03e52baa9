import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import type * as browser from '../../src/browser/index.ts'
import type { UploadMediaOptions, UploadProgress, UploadStorage } from '../../src/browser/index.ts'
import { randomFile, type TestFile } from './client.ts'
import { type EmulatorProgram, startEmulator } from './emulator.ts'
import { type Line, openLine } from './line.ts'
import { sampleFile } from './media.ts'
import { loadNativeClient } from './native-client.ts'
import { nativeFetch } from './native-fetch.ts'
import { type Program, start } from './processes.ts'
import { memoryStorage } from './upload-storage.ts'

/** How long X processes a video, by the clock of the emulator, which the tests advance. */
const PROCESSING_SECS = 600

/** Where the client runs: how to load it as a page does, and how it follows processing. */
export interface Platform {
  name: string
  load(): Promise<typeof browser>
  send: NonNullable<UploadMediaOptions['fetch']>
  /** The request by which it follows processing. */
  follows: string
}

export const PLATFORMS: readonly Platform[] = [
  {
    name: 'in Node',
    async load() {
      vi.resetModules()
      return await import('../../src/browser/index.ts')
    },
    send: fetch,
    follows: 'GET text/event-stream',
  },
  {
    name: 'with only what React Native has',
    load: async () => loadNativeClient(),
    send: nativeFetch,
    follows: 'GET application/json',
  },
]

/** A server in front of an emulator, and the page that uploads to it. */
export interface UploadPage {
  readonly client: typeof browser
  readonly emulator: EmulatorProgram
  readonly line: Line
  readonly storage: UploadStorage
  /** The requests of a test: each method, with what it accepts where that matters. */
  readonly requests: string[]
  /** Loads the client anew. What it had in memory is gone, and `requests` is empty. */
  reload(): Promise<void>
  /** Kills the server and starts it again, with the same store at the same address. */
  restartServer(): Promise<void>
  options(more?: Partial<UploadMediaOptions>): UploadMediaOptions
  /** How many uploads X has got in this test. */
  countUploads(): Promise<number>
  /** Expects X to have the file, by one upload of which nothing is left in the storage. */
  expectReceived(id: string | undefined, file: TestFile): Promise<void>
}

/** Starts the server, and opens a new page with an empty storage for each test. */
export function openUploadPage({ load, send }: Platform): UploadPage {
  let folder: string
  let emulator: EmulatorProgram
  let server: Program
  let line: Line
  let client: typeof browser
  let storage: UploadStorage
  let requests: string[]
  let uploadsBefore: number

  const startServer = (port = '0') =>
    start('serve:node', {
      PORT: port,
      X_BEARER_TOKEN: 'server-held-token',
      X_MEDIA_SECRET: 's'.repeat(32),
      X_API_BASE_URL: emulator.url,
      X_MEDIA_STORE: join(folder, 'uploads.db'),
    })
  const countAll = async () => (await emulator.uploads()).length

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
    uploadsBefore = await countAll()
    storage = memoryStorage()
    await page.reload()
  })
  afterEach(async () => {
    expect(await emulator.violations()).toEqual([])
  })

  const page: UploadPage = {
    get client() {
      return client
    },
    get emulator() {
      return emulator
    },
    get line() {
      return line
    },
    get storage() {
      return storage
    },
    get requests() {
      return requests
    },
    async reload() {
      client = await load()
      requests = []
    },
    async restartServer() {
      await server.kill('SIGKILL')
      line.cut()
      server = await startServer(new URL(server.url).port)
    },
    options: (more = {}) => ({
      endpoint: `${line.url}/media`,
      headers: { 'x-demo-user': 'u1' },
      storage,
      ...more,
      onProgress(progress) {
        more.onProgress?.(progress)
        if (progress.state === 'processing') emulator.advance(PROCESSING_SECS / 2)
      },
      async fetch(url, init) {
        const accept = new Headers(init.headers).get('accept')
        requests.push([init.method, ...(accept ? [accept] : [])].join(' '))
        return await (more.fetch ?? send)(url, init)
      },
    }),
    countUploads: async () => (await countAll()) - uploadsBefore,
    async expectReceived(id = '', { size, sha256 }) {
      expect(await emulator.upload(id)).toMatchObject({ finalized: true, size, sha256 })
      expect(await page.countUploads()).toBe(1)
      expect(await storage.list()).toEqual([])
    },
  }
  return page
}

/** The size of a video that is sent in several chunks. */
export const LARGE_BYTES: number = 6 * 1024 * 1024
export const largeVideo = (): TestFile => randomFile(LARGE_BYTES)

/** A test file as a page gets it from its user. */
export function asFile({ pieces }: TestFile, name = `${randomUUID()}.mp4`): File {
  return new File([...pieces()], name, { type: 'video/mp4', lastModified: 1_790_000_000_000 })
}

export const shortVideo = (): File => new File([sampleFile('video/mp4', 5000)], 'dance.mp4', { type: 'video/mp4' })
export const picture = (): File => new File([sampleFile('image/png', 5000)], 'cat.png', { type: 'image/png' })

/** Starts an upload, and resolves when X has acknowledged its first bytes. */
export async function begin(
  { client }: UploadPage,
  file: File,
  options: UploadMediaOptions,
): Promise<[browser.MediaUpload]> {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const onProgress = (progress: UploadProgress) => {
    if (progress.acknowledgedBytes > 0) resolve()
    options.onProgress?.(progress)
  }
  const upload = client.uploadMedia(file, { ...options, onProgress })
  await begun
  // Not by itself, or else the caller would wait for its end.
  return [upload]
}

/** The status of the server's answer about a resumable upload. */
export async function statusOf(uploadUrl = ''): Promise<number> {
  const headers = { 'x-demo-user': 'u1', 'tus-resumable': '1.0.0' }
  return (await fetch(uploadUrl, { headers })).status
}
