import { inspect } from 'node:util'
import {
  createXMedia,
  memoryStore,
  type Store,
  XMediaError,
  type XMediaEvent,
  type XMediaOptions,
  xMedia,
} from '../../src/index.ts'
import { inferCategory, type MediaType } from '../../src/x/limits.ts'
import { base, describedMedia, optionsWith, post } from './app.ts'
import { append, finalize, form, idOf, json, type Send } from './compat-calls.ts'

/** What to upload, and through what. */
export interface WayOptions {
  x: NonNullable<XMediaOptions['x']>
  mediaType: MediaType
  file: Uint8Array<ArrayBuffer>
  media?: XMediaOptions['media']
  /** The server's token. */
  token?: string
}

/** How an upload ended, and everything that its client and the app were told. */
export interface Outcome {
  /** The id of the media; undefined when the upload failed. */
  id: string | undefined
  /** The code of the error, or for X's own API its status. */
  error: string | undefined
  /** The answer, parsed; what `createXMedia` throws as a problem. */
  answer: unknown
  events: XMediaEvent[]
  told: string
}

type Way = (upload: WayOptions) => Promise<Outcome>

/** Every way to upload a file: over HTTP, and from the app itself. */
export const WAYS_IN: Readonly<Record<string, Way>> = {
  'as a raw body': overHttp((send, { mediaType, file }) => send('POST', '', post(file, { 'content-type': mediaType }))),

  'as a form': overHttp(async (send, { mediaType, file }) => {
    const fields = new FormData()
    fields.append('media', new File([file], 'file', { type: mediaType }))
    const whole = new Response(fields)
    const body = await whole.arrayBuffer()
    const contentType = whole.headers.get('content-type') ?? ''
    const headers = { 'content-type': contentType, 'content-length': String(body.byteLength) }
    return await send('POST', '', { body, headers })
  }),

  'as a resumable upload': overHttp(async (send, { mediaType, file }) => {
    const tus = { 'tus-resumable': '1.0.0' }
    const creation = { 'upload-length': String(file.length), 'upload-metadata': `filetype ${btoa(mediaType)}` }
    const created = await send('POST', '/files', { headers: { ...tus, ...creation } })
    const chunk = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
    const path = created.headers.get('location') ?? ''
    const headers = { ...tus, ...chunk, 'content-length': String(file.length), prefer: 'return=representation' }
    return await send('PATCH', path, { body: file, headers })
  }),

  'as a resumable upload of the IETF draft': overHttp(async (send, { mediaType, file }) => {
    const created = await send('POST', '/files', {
      headers: { 'content-type': mediaType, 'upload-length': String(file.length), 'upload-complete': '?0' },
    })
    const chunk = { 'content-type': 'application/partial-upload', 'upload-offset': '0', 'upload-complete': '?1' }
    const path = created.headers.get('location') ?? ''
    return await send('PATCH', path, { body: file, headers: { ...chunk, 'content-length': String(file.length) } })
  }),

  'over X’s own API': overHttp(async (send, { mediaType, file }) => {
    const compat: Send = (method, path, init) => send(method, `/2/media${path}`, init)
    const opened = await compat('POST', '/upload/initialize', json({ media_type: mediaType, total_bytes: file.length }))
    if (!opened.ok) return opened
    const id = await idOf(opened)
    const appended = await append(compat, id, 0, file)
    return appended.ok ? await finalize(compat, id) : appended
  }, true),

  'over X’s own API, by commands': overHttp(async (send, { mediaType, file }) => {
    const run = async (parameters: Record<string, string>, init?: RequestInit) =>
      await send('POST', `/2/media/upload?${new URLSearchParams(parameters)}`, init)
    const opened = await run({ command: 'INIT', media_type: mediaType, total_bytes: String(file.length) })
    if (!opened.ok) return opened
    const upload = { media_id: await idOf(opened) }
    const appended = await run({ command: 'APPEND', ...upload, segment_index: '0' }, form(['media', file]))
    return appended.ok ? await run({ command: 'FINALIZE', ...upload }) : appended
  }, true),

  'over X’s own API, in one request': overHttp(async (send, { mediaType, file }) => {
    const fields = form(['media_category', inferCategory(mediaType)], ['media', file])
    return await send('POST', '/2/media/upload', fields)
  }, true),

  'from the app itself': uploadFromApp,

  'from the app itself, with an id': (upload) => uploadFromApp(upload, memoryStore()),
}

function overHttp(upload: (send: Send, options: WayOptions) => Promise<Response>, compat = false): Way {
  return async (options) => {
    const events: XMediaEvent[] = []
    const lines: string[] = []
    const { x, token = base.token, media } = options
    const listeners = { onEvent: (event: XMediaEvent) => events.push(event), log: (line: string) => lines.push(line) }
    const appOptions = optionsWith({ compat, x, token, ...(media && { media }), ...listeners }, base)
    const app = compat ? xMedia(appOptions) : describedMedia(appOptions)
    const response = await upload(
      async (method, path, init) => await app.request(path || '/', { ...init, method }),
      options,
    )
    const text = await response.text()
    const told = JSON.stringify({ events, lines, text, headers: [...response.headers] })
    const answer = JSON.parse(text || '{}')
    const { data, code } = answer
    const rest = { answer, events, told }
    return response.ok
      ? { id: data.id, error: undefined, ...rest }
      : { id: undefined, error: compat ? String(response.status) : code, ...rest }
  }
}

/** Uploads with the client of `createXMedia`: with an id if there is a store. */
export async function uploadFromApp(
  { x, mediaType, file, token = 'server-held-token', media }: WayOptions,
  store?: Store,
): Promise<Outcome> {
  const events: XMediaEvent[] = []
  const client = createXMedia({
    token,
    x,
    ...(store && { store }),
    ...(media && { media }),
    onEvent: (event) => events.push(event),
  })
  try {
    const answer = await client.upload({ source: file, mediaType, ...(store && { id: 'file' }) })
    return { id: answer.data.id, error: undefined, answer, events, told: JSON.stringify([...events, answer]) }
  } catch (error) {
    if (!(error instanceof XMediaError)) throw error
    const { code, message, problem } = error
    const shown = inspect(error, { depth: 10, showHidden: true })
    const told = JSON.stringify([...events, message, error, shown])
    return { id: undefined, error: code, answer: problem, events, told }
  }
}
