import { type Context, Hono } from 'hono'
import { createEmulator } from '../../src/emulator/index.ts'
import { xMedia } from '../../src/index.ts'
import { type Checks, equal } from './checks.ts'
import { sampleFile } from './media.ts'

/** What a middleware in front may do with a body, by the value of the request's `x-reader`. */
const READERS: Readonly<Record<string, (c: Context) => Promise<unknown> | undefined>> = {
  parseBody: (c) => c.req.parseBody(),
  formData: (c) => c.req.formData(),
  json: (c) => c.req.json(),
  text: (c) => c.req.text(),
  arrayBuffer: (c) => c.req.raw.arrayBuffer(),
  chunks: (c) => readInBackground(c.req.raw.body?.getReader()),
  clone: (c) => c.req.raw.clone().text(),
}

/** Reads the first chunk, and the others while the request goes on. */
async function readInBackground(reader: ReadableStreamDefaultReader<unknown> | undefined): Promise<void> {
  if (reader === undefined || (await reader.read()).done) return
  readInBackground(reader).catch(() => {})
}

/** An app with one place for an upload, whose middleware in front reads bodies. `/causes` has those of its events. */
export function createReadingApp(): Hono {
  const reported: string[] = []
  const emulator = createEmulator()
  return new Hono()
    .get('/causes', (c) => c.json(reported.splice(0)))
    .use(async (c, next) => {
      await READERS[c.req.header('x-reader') ?? '']?.(c)
      await next()
    })
    .route(
      '/media',
      xMedia({
        token: 'server-held-token',
        secret: 's'.repeat(32),
        authorize: () => ({ subject: 'u1' }),
        compat: true,
        log: false,
        onEvent: (event) => {
          if ('cause' in event) reported.push(event.cause)
        },
        limits: { uploads: 1 },
        x: { fetch: async (url, init) => emulator.app.request(url, init) },
      }),
    )
}

const image = sampleFile('image/png', 5000)
const raw = { body: image, headers: { 'content-type': 'image/png' } }
const tus = {
  'tus-resumable': '1.0.0',
  'upload-length': '5000',
  'upload-metadata': `filetype ${btoa('image/png')}`,
}
const chunk = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
const JSON_TYPE = { 'content-type': 'application/json' }

function form(fields: Record<string, string>): RequestInit {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('media', new File([image], 'a.png', { type: 'image/png' }))
  return { body }
}

type Call = [reader: string, path: string, init: () => RequestInit | Promise<RequestInit>]

/** The uploads whose body is gone, by what they are. */
const CALLS: Readonly<Record<string, Call>> = {
  'a raw upload': ['text', '', () => raw],
  'a raw upload that something else is reading': ['chunks', '', () => raw],
  'a form that parseBody() has read': ['parseBody', '', () => form({})],
  'a form that formData() has read': ['formData', '', () => form({})],
  'the first bytes of a resumable upload': ['arrayBuffer', '/files', () => ({ ...raw, headers: { ...tus, ...chunk } })],
  'INIT over X’s API': [
    'json',
    '/2/media/upload/initialize',
    () => ({ body: '{"total_bytes":5000}', headers: JSON_TYPE }),
  ],
  'a file over X’s API': ['text', '/2/media/upload', () => form({ media_category: 'tweet_image' })],
}

async function refuse(url: string, method: string, reader: string, path: string, init: RequestInit): Promise<void> {
  const headers = new Headers(init.headers)
  headers.set('x-reader', reader)
  const response = await fetch(`${url}/media${path}`, { ...init, method, headers })
  const { status }: { status?: number } = await response.json()
  equal([response.status, status], [500, 500])
  const causes: string[] = await (await fetch(`${url}/causes`)).json()
  equal([causes.length, causes[0]?.split(' was read before ')[0]], [1, `The body of ${method} /media${path}`])
}

/** What must hold of a server of `createReadingApp`, by its URL. */
export const READ_BODY_CHECKS: Checks<string> = {
  ...Object.fromEntries(
    Object.entries(CALLS).map(([name, [reader, path, init]]) => [
      `${name} is refused and reported`,
      async (url: string) => refuse(url, 'POST', reader, path, await init()),
    ]),
  ),

  async 'a chunk of a resumable upload is refused and reported, and can be sent again'(url) {
    const created = await fetch(`${url}/media/files`, { method: 'POST', headers: tus })
    const path = `/${created.headers.get('location')}`
    const init = { body: image, headers: { ...tus, ...chunk } }
    await refuse(url, 'PATCH', 'arrayBuffer', path, init)
    equal((await fetch(`${url}/media${path}`, { ...init, method: 'PATCH' })).status, 204)
  },

  async 'a segment over X’s API is refused and reported, and can be sent again'(url) {
    const initialize = { body: '{"total_bytes":5000,"media_type":"image/png"}', headers: JSON_TYPE }
    const opened = await fetch(`${url}/media/2/media/upload/initialize`, { ...initialize, method: 'POST' })
    const path = `/2/media/upload/${(await opened.json()).data.id}/append`
    await refuse(url, 'POST', 'parseBody', path, form({ segment_index: '0' }))
    equal((await fetch(`${url}/media${path}`, { ...form({ segment_index: '0' }), method: 'POST' })).status, 200)
  },

  async 'a body of which a clone was read is uploaded, in the one place that there is'(url) {
    const headers = { ...raw.headers, 'x-reader': 'clone' }
    const response = await fetch(`${url}/media`, { ...raw, method: 'POST', headers })
    equal([response.status, (await response.json()).data.size], [201, image.length])
  },
}
