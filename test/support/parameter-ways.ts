import { post } from './app.ts'
import { append, base64, finalize, form, json, type Send } from './compat-calls.ts'
import { sampleFile } from './media.ts'

/** Upload parameters as a client writes them, by their names. */
export type ParameterTexts = Readonly<Record<string, string>>

/** Uploads a file with parameters. Resolves to the first response that refuses it, or else to the one with the media. */
export type ParameterWay = (send: Send, parameters: ParameterTexts) => Promise<Response>

const video = sampleFile('video/mp4', 5000)
const image = sampleFile('image/png', 5000)

/** Every way to send parameters with an upload that takes all of them. */
export const PARAMETER_WAYS: Readonly<Record<string, ParameterWay>> = {
  'in the query of a raw body': (send, parameters) =>
    send('POST', `/?${new URLSearchParams(parameters)}`, post(video, { 'content-type': 'video/mp4' })),

  'in the fields before a file': (send, parameters) => send('POST', '/', form(...Object.entries(parameters), FILE)),

  'in the fields after a file': (send, parameters) => send('POST', '/', form(FILE, ...Object.entries(parameters))),

  'in the metadata of a tus upload': (send, parameters) => {
    const pairs = Object.entries({ filetype: 'video/mp4', ...parameters })
    return uploadByTus(send, '/files', pairs.map(([name, value]) => `${name} ${btoa(value)}`).join())
  },

  'in the query of a tus upload': (send, parameters) =>
    uploadByTus(send, `/files?${new URLSearchParams(parameters)}`, `filetype ${btoa('video/mp4')}`),

  'in the query of an upload by the IETF’s draft': (send, parameters) => {
    const headers = { 'content-type': 'video/mp4', 'upload-complete': '?1' }
    return send('POST', `/files?${new URLSearchParams(parameters)}`, post(video, headers))
  },
}

const FILE: [string, File] = ['media', new File([video], 'a.mp4', { type: 'video/mp4' })]

async function uploadByTus(send: Send, path: string, metadata: string): Promise<Response> {
  const tus = { 'tus-resumable': '1.0.0' }
  const creation = { 'upload-length': String(video.length), 'upload-metadata': metadata }
  const created = await send('POST', path, { headers: { ...tus, ...creation } })
  if (!created.ok) return created
  const chunk = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
  const headers = { ...tus, ...chunk, 'content-length': String(video.length), prefer: 'return=representation' }
  return await send('PATCH', created.headers.get('location') ?? '', { body: video, headers })
}

/** Every way to send parameters to INIT of X's own API, which has none for alternative text. */
export const INIT_WAYS: Readonly<Record<string, ParameterWay>> = {
  'in JSON': async (send, { additional_owners: owners, shared, ...parameters }) => {
    const listed = owners === undefined ? {} : { additional_owners: owners.split(',') }
    const flag = shared === undefined ? {} : { shared: shared === 'true' }
    return await sendSegments(send, '/upload/initialize', json({ ...INIT, ...parameters, ...listed, ...flag }))
  },

  'in the query of a command': (send, parameters) =>
    sendSegments(send, `/upload?${new URLSearchParams({ command: 'INIT', ...INIT_TEXTS, ...parameters })}`),

  'in the form of a command': (send, parameters) =>
    sendSegments(send, '/upload', form(...Object.entries({ command: 'INIT', ...INIT_TEXTS, ...parameters }))),
}

const INIT = { media_type: 'video/mp4', total_bytes: video.length }
const INIT_TEXTS = { ...INIT, total_bytes: String(video.length) }

async function sendSegments(send: Send, path: string, init?: RequestInit): Promise<Response> {
  const compat: Send = (method, below, request) => send(method, `/2/media${below}`, request)
  const opened = await compat('POST', path, init)
  if (!opened.ok) return opened
  const { data }: { data: { id: string } } = await opened.json()
  const appended = await append(compat, data.id, 0, video)
  return appended.ok ? await finalize(compat, data.id) : appended
}

/** Every way to send parameters with a file in one request of X's own API, which has no `shared` and no `amplify_video`. */
export const ONE_SHOT_WAYS: Readonly<Record<string, ParameterWay>> = {
  'in JSON': (send, parameters) =>
    send('POST', '/2/media/upload', json({ ...CATEGORY, ...parameters, media: base64(image) })),

  'in a form before a file whose size is known': async (send, parameters) => {
    const { body } = form(...Object.entries({ ...CATEGORY, ...parameters }), PICTURE)
    const whole = new Response(body ?? null)
    const bytes = new Uint8Array(await whole.arrayBuffer())
    return await send('POST', '/2/media/upload', post(bytes, { 'content-type': contentTypeOf(whole) }))
  },

  'in a form after the file': (send, parameters) =>
    send('POST', '/2/media/upload', form(PICTURE, ...Object.entries({ ...CATEGORY, ...parameters }))),
}

const CATEGORY = { media_category: 'tweet_image' }
const PICTURE: [string, File] = ['media', new File([image], 'a.png', { type: 'image/png' })]

function contentTypeOf({ headers }: Response): string {
  return headers.get('content-type') ?? ''
}
