import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { expect } from 'vitest'
import { type XMediaOptions, xMedia } from '../../src/index.ts'
import { emulator, optionsWith } from './app.ts'
import { sampleFile } from './media.ts'
import { faultsOf } from './x-openapi.ts'

export const video: Uint8Array<ArrayBuffer> = sampleFile('video/mp4', 22_000)
export const image: Uint8Array<ArrayBuffer> = sampleFile('image/png', 9000)
export const VIDEO: { media_type: string; total_bytes: number } = { media_type: 'video/mp4', total_bytes: video.length }

export type Send = (method: string, path: string, init?: RequestInit) => Promise<Response>

const COMPAT = optionsWith({ compat: true, x: { segmentBytes: 5000 } })

/** A client of an app's `/2/media`. Checks every answer against X's OpenAPI. */
export function compatClient(changes: Partial<XMediaOptions> = {}, subject = 'u1'): Send {
  const app = new Hono().route('/media', xMedia(optionsWith(changes, COMPAT)))
  return async (method, path, init = {}) => {
    const url = `/media/2/media${path}`
    const headers = new Headers(init.headers)
    headers.set('x-demo-user', subject)
    const response = await app.request(url, { ...init, method, headers })
    expect(await faultsOf(method, url, response)).toEqual([])
    return response
  }
}

export function json(value: unknown): RequestInit {
  const body = JSON.stringify(value)
  return { body, headers: { 'content-type': 'application/json', 'content-length': String(body.length) } }
}

/** A form with its parts in the given order. */
export function form(...parts: [string, string | File | Uint8Array<ArrayBuffer>][]): RequestInit {
  const body = new FormData()
  for (const [name, value] of parts) body.append(name, value instanceof Uint8Array ? new Blob([value]) : value)
  return { body }
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export async function idOf(answer: Response): Promise<string> {
  const { data }: { data: { id: string } } = await answer.json()
  return data.id
}

export async function initialize(send: Send, fields: object = VIDEO): Promise<string> {
  const answer = await send('POST', '/upload/initialize', json(fields))
  expect(answer.status, await answer.clone().text()).toBe(200)
  return await idOf(answer)
}

export const append = (send: Send, id: string, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Response> =>
  send('POST', `/upload/${id}/append`, form(['segment_index', String(index)], ['media', bytes]))

export const finalize = (send: Send, id: string): Promise<Response> => send('POST', `/upload/${id}/finalize`)

/** The status of an error, and its first message, or its title if it has none. */
export async function errorOf(sent: Promise<Response>): Promise<[number, string | undefined]> {
  const answer = await sent
  const { errors, title }: { errors?: { message: string }[]; title?: string } = await answer.json()
  return [answer.status, errors?.[0]?.message ?? title]
}

export async function countFinalized(): Promise<number> {
  const answer = await emulator.app.request('/_emulator/uploads')
  const { uploads }: { uploads: { finalized: boolean }[] } = await answer.json()
  return uploads.filter(({ finalized }) => finalized).length
}

export async function expectReceived(id: string, file: Uint8Array, sizes?: number[]): Promise<void> {
  const answer = await emulator.app.request(`/_emulator/uploads/${id}`)
  const upload: { segments: { size: number }[] } = await answer.json()
  const sha256 = createHash('sha256').update(file).digest('hex')
  expect(upload).toMatchObject({ finalized: true, sha256 })
  if (sizes) expect(upload.segments.map(({ size }) => size)).toEqual(sizes)
}
