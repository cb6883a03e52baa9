import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { Emulator } from '../../../src/emulator/index.ts'
import { sampleFile } from '../../support/media.ts'
import type { HostClient } from './host-client.ts'
import type { EventDelivery, Feature } from './hosts.ts'

const USER: Readonly<Record<string, string>> = { 'x-demo-user': 'u1' }
export const TUS: Readonly<Record<string, string>> = { ...USER, 'tus-resumable': '1.0.0' }
const DRAFT = { ...USER, 'content-type': 'video/mp4' }

export const image: Uint8Array<ArrayBuffer> = sampleFile('image/png', 5000)
export const video: Uint8Array<ArrayBuffer> = sampleFile('video/mp4', 22_000)
const CHUNKS = [
  [0, 9000],
  [9000, 18_000],
  [18_000, video.length],
] as const

interface Checked {
  client: HostClient
  emulator: Emulator
  events: EventDelivery
}

/** What each feature means. */
export const CHECKS: Readonly<Record<Feature, (checked: Checked) => Promise<void>>> = {
  async raw({ client, emulator }) {
    const response = await post(client, image, 'image/png')
    const { id, location } = await createdMedia(response)
    await expectReceived(emulator, id, image)
    const status = await client.send({ method: 'GET', path: location, headers: { ...USER } })
    expect([status.status, await status.json()]).toMatchObject([200, { data: { id } }])
  },

  async form({ client, emulator }) {
    const { body, type } = await formOf(image)
    const { id } = await createdMedia(await post(client, body, type))
    await expectReceived(emulator, id, image)
  },

  async resumable({ client, emulator }) {
    const path = await createUpload(client)
    const offsets: unknown[] = []
    for (const [from, to] of CHUNKS) {
      const response = await sendChunk(client, path, from, video.slice(from, to))
      expect(response.status, await response.text()).toBe(204)
      offsets.push(response.headers.get('upload-offset'))
    }
    expect(offsets).toEqual(CHUNKS.map(([, to]) => String(to)))
    const head = await client.send({ method: 'HEAD', path, headers: { ...TUS } })
    expect([head.status, head.headers.get('upload-offset')]).toEqual([200, String(video.length)])
    await expectReceived(emulator, head.headers.get('x-media-id'), video)

    const headers = { ...DRAFT, 'upload-complete': '?1', 'content-length': String(video.length) }
    const whole = await client.send({ method: 'POST', path: '/media/files', headers, body: video })
    expect(whole.status, await whole.clone().text()).toBe(201)
    await expectReceived(emulator, whole.headers.get('x-media-id'), video)
  },

  async events({ client, events }) {
    const { id, location } = await createdMedia(await post(client, video, 'video/mp4'))
    const headers = { ...USER, accept: 'text/event-stream' }
    const response = await client.send({ method: 'GET', path: location, headers })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const pieces: string[] = []
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) pieces.push(piece)
    const text = pieces.join('')
    expect(text).toMatch(new RegExp(`^event: status\ndata: .*"${id}".*"state":"(?:pending|in_progress)"`))
    expect(text).toContain('"state":"succeeded"')
    expect(pieces[0]?.includes('"succeeded"')).toBe(events === 'at the end')
  },
}

/** Sends a file in one request, by default with its own length as `Content-Length`. */
export function post(
  { send }: HostClient,
  body: Uint8Array<ArrayBuffer>,
  type: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const own = { ...USER, 'content-type': type, 'content-length': String(body.length) }
  return send({ method: 'POST', path: '/media', headers: { ...own, ...headers }, body })
}

/** Creates a resumable upload, and resolves to its path. */
export async function createUpload({ send }: HostClient, bytes: number = video.length): Promise<string> {
  const headers = { ...TUS, 'upload-length': String(bytes), 'upload-metadata': `filetype ${btoa('video/mp4')}` }
  const response = await send({ method: 'POST', path: '/media/files', headers })
  expect(response.status, await response.text()).toBe(201)
  return new URL(response.headers.get('location') ?? '', 'https://app.example/media/files').pathname
}

export function sendChunk(
  { send }: HostClient,
  path: string,
  offset: number,
  body: Uint8Array<ArrayBuffer>,
  contentLength: number = body.length,
): Promise<Response> {
  const chunk = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) }
  const headers = { ...TUS, ...chunk, 'content-length': String(contentLength) }
  return send({ method: 'PATCH', path, headers, body })
}

export async function formOf(file: Uint8Array<ArrayBuffer>): Promise<{ body: Uint8Array<ArrayBuffer>; type: string }> {
  const form = new FormData()
  form.append('media', new File([file], 'image.png', { type: 'image/png' }))
  const encoded = new Response(form)
  return { body: await encoded.bytes(), type: encoded.headers.get('content-type') ?? '' }
}

export async function codeOf(response: Response): Promise<[status: number, code: unknown]> {
  const problem: { code?: unknown } = await response.json()
  return [response.status, problem.code]
}

async function createdMedia(response: Response): Promise<{ id: string; location: string }> {
  expect(response.status, await response.clone().text()).toBe(201)
  const { data }: { data: { id: string } } = await response.json()
  return { id: data.id, location: response.headers.get('location') ?? '' }
}

async function expectReceived(emulator: Emulator, id: string | null, file: Uint8Array): Promise<void> {
  const sha256 = createHash('sha256').update(file).digest('hex')
  expect(await emulator.upload(id ?? '')).toMatchObject({ finalized: true, sha256 })
}
