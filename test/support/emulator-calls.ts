import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts'

/** Calls to an emulator in the same process, as a client of X makes them. */
export interface Calls {
  emulator: Emulator
  send(method: string, path: string, init?: RequestInit): Promise<Response>
  postJson(path: string, body: unknown): Promise<Response>
  postForm(path: string, fields: Record<string, string | Uint8Array<ArrayBuffer>>): Promise<Response>
  /** Starts an upload, and resolves to its id. */
  initialize(fields: Record<string, unknown>): Promise<string>
  append(id: string, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Response>
  finalize(id: string): Promise<Response>
  status(id: string): Promise<Response>
  /** A whole upload in one segment, finalized. */
  upload(fields: Record<string, unknown>, bytes: Uint8Array<ArrayBuffer>): Promise<string>
}

/** Most tests upload a few made-up bytes, so the rules for media are off by default. */
export function createCalls(options: EmulatorOptions = {}, token = 'token'): Calls {
  return callsTo(createEmulator({ now: () => 1_790_000_000_000, mediaRules: false, ...options }), token)
}

export function callsTo(emulator: Emulator, token: string): Calls {
  const calls: Calls = {
    emulator,
    async send(method, path, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`)
      return emulator.app.request(path, { ...init, method, headers })
    },
    postJson: (path, body) =>
      calls.send('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    postForm(path, fields) {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) {
        form.set(name, typeof value === 'string' ? value : new Blob([value]))
      }
      return calls.send('POST', path, { body: form })
    },
    initialize: async (fields) => idOf(await calls.postJson('/2/media/upload/initialize', fields)),
    append: (id, index, media) =>
      calls.postForm(`/2/media/upload/${id}/append`, { segment_index: String(index), media }),
    finalize: (id) => calls.send('POST', `/2/media/upload/${id}/finalize`),
    status: (id) => calls.send('GET', `/2/media/upload?command=STATUS&media_id=${id}`),
    async upload(fields, media) {
      const id = await calls.initialize({ total_bytes: media.length, ...fields })
      await calls.append(id, 0, media)
      await calls.finalize(id)
      return id
    },
  }
  return calls
}

/** An APPEND whose body is still being sent. */
export function openAppend(id: string, body: ReadableStream, signal?: AbortSignal): Request {
  const init = {
    method: 'POST',
    headers: { authorization: 'Bearer token', 'content-type': 'multipart/form-data; boundary=x' },
    body,
    duplex: 'half',
    signal: signal ?? null,
  }
  return new Request(`http://x.test/2/media/upload/${id}/append`, init)
}

export async function idOf(response: Response): Promise<string> {
  const body: { data: { id: string } } = await response.json()
  return body.data.id
}

export function bytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7) % 256)
}

export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** X's validation envelope with one message. */
export function refusal(message: string): object {
  return { errors: [{ message }], title: 'Invalid Request', type: 'https://api.x.com/2/problems/invalid-request' }
}
