import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { expect } from 'vitest'
import { memoryStore, type Store, type XMediaOptions } from '../../src/index.ts'
import { describedMedia, emulator, optionsWith } from './app.ts'
import { sampleFile } from './media.ts'

/** The file to upload, 22,000 bytes: four segments of 5000, and one of 2000. */
export const file: Uint8Array<ArrayBuffer> = sampleFile('video/mp4', 22_000)
export const METADATA: string = `filename ${btoa('a.mp4')},filetype ${btoa('video/mp4')}`

type HeaderValues = Record<string, string>

export const USER: HeaderValues = { 'x-demo-user': 'u1' }
export const TUS: HeaderValues = { ...USER, 'tus-resumable': '1.0.0' }
/** The headers of a chunk. */
export const CHUNK: HeaderValues = { ...TUS, 'content-type': 'application/offset+octet-stream' }
/** The headers of a request that creates the upload. */
export const CREATION: HeaderValues = { ...TUS, 'upload-length': String(file.length), 'upload-metadata': METADATA }

/** The headers of a request that creates the upload by the IETF draft. */
export const DRAFT_CREATION: HeaderValues = {
  ...USER,
  ...{ 'content-type': 'video/mp4', 'upload-complete': '?0', 'upload-length': String(file.length) },
}

/** An app that cuts segments of 5000 bytes, mounted at `/media`. */
export function appWith(options: Partial<XMediaOptions> = {}): Hono {
  const defaults = optionsWith({ store: memoryStore(), x: { segmentBytes: 5000 } })
  return new Hono().route('/media', describedMedia(optionsWith(options, defaults)))
}

/** Creates an upload of the file, and resolves to its path. */
export async function create(app: Hono, headers: HeaderValues = {}): Promise<string> {
  const response = await app.request('/media/files', { method: 'POST', headers: { ...CREATION, ...headers } })
  expect(response.status, await response.clone().text()).toBe(201)
  const path = pathOf(response)
  expect(path).toMatch(/^\/media\/files\/[0-9a-f]{32}$/)
  return path
}

/** Creates an upload of the file by the IETF draft, and resolves to its path. */
export async function createByDraft(app: Hono, headers: HeaderValues = {}): Promise<string> {
  const response = await app.request('/media/files', { method: 'POST', headers: { ...DRAFT_CREATION, ...headers } })
  expect(response.status, await response.clone().text()).toBe(201)
  return pathOf(response)
}

/** The path of the upload that a request to `/media/files` has created: its `Location` is relative to that. */
export function pathOf(response: Response): string {
  return new URL(response.headers.get('location') ?? '', 'http://localhost/media/files').pathname
}

/** Creates an upload, and sends the whole file with the same request. */
export async function createWithBytes(app: Hono): Promise<Response> {
  const headers = { ...CREATION, ...CHUNK, 'content-length': String(file.length) }
  return await app.request('/media/files', { method: 'POST', body: file, headers })
}

/** Sends a chunk of the file, with PATCH unless `method` says otherwise. */
export async function append(
  app: Hono,
  path: string,
  [from, to]: readonly [from: number, to: number],
  headers: HeaderValues = {},
  method = 'PATCH',
): Promise<Response> {
  return await sendChunk(app, path, from, file.slice(from, to), headers, method)
}

/** Sends a chunk of the file by the IETF draft. */
export async function sendDraft(
  app: Hono,
  path: string,
  [from, to]: readonly [from: number, to: number],
  complete: string,
  headers: HeaderValues = {},
): Promise<Response> {
  const chunk = { 'content-length': String(to - from), 'upload-offset': String(from), 'upload-complete': complete }
  return await app.request(path, {
    method: 'PATCH',
    body: file.slice(from, to),
    headers: { ...USER, 'content-type': 'application/partial-upload', ...chunk, ...headers },
  })
}

/** Sends a chunk of another file. */
export async function sendChunk(
  app: Hono,
  path: string,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
  headers: HeaderValues = {},
  method = 'PATCH',
): Promise<Response> {
  const chunk = { ...CHUNK, 'content-length': String(bytes.length), 'upload-offset': String(offset) }
  return await app.request(path, { method, body: bytes, headers: { ...chunk, ...headers } })
}

export async function head(app: Hono, path: string, headers: HeaderValues = TUS): Promise<Response> {
  return await app.request(path, { method: 'HEAD', headers })
}

/** Asks for the progress with GET, whose errors have a body. */
export async function inspect(app: Hono, path: string): Promise<Response> {
  return await app.request(path, { headers: TUS })
}

/** Ends the lease of an upload, and the pause before its next FINALIZE, as time would. */
export async function endLease(store: Store, path: string, clock: { now(): number } = Date): Promise<void> {
  const key = `session:${path.split('/').at(-1)}`
  const text = (await store.get(key)) ?? ''
  const ended = text.replace(/"(leasedUntil|finalizeAt)":\d+/g, '"$1":0')
  expect(await store.compareAndSwap(key, text, ended, clock.now() + 3_600_000)).toBe(true)
}

/** Expects X to have the whole file, and resolves to the sizes of its segments. */
export async function expectReceived(mediaId: string | null): Promise<number[]> {
  const response = await emulator.app.request(`/_emulator/uploads/${mediaId}`)
  const upload: { segments: { size: number }[] } = await response.json()
  expect(upload).toMatchObject({ finalized: true, sha256: createHash('sha256').update(file).digest('hex') })
  return upload.segments.map(({ size }) => size)
}
