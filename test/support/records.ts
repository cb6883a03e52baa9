import { Hono } from 'hono'
import { type Store, type XMediaOptions, xMedia } from '../../src/index.ts'
import type { Fetch } from '../../src/x/transport.ts'
import written from '../fixtures/0.1.0/uploads.json' with { type: 'json' }
import { equal } from './checks.ts'
import { type Calls, createCalls, sha256 } from './emulator-calls.ts'
import { sampleFile } from './media.ts'

/** The files that 0.1.0 received. */
export const video: Uint8Array<ArrayBuffer> = sampleFile('video/mp4', 22_000)
export const image: Uint8Array<ArrayBuffer> = sampleFile('image/png', 9000)

/** Seconds between writing and reading: the leases of dead processes are over then, and pauses after failures too. */
export const READ_AFTER_SECS = 60

/** Runs `work` with this process's clock at the time of reading. */
export async function atTimeOfReading<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
  const { now } = Date
  Date.now = () => written.writtenAt + READ_AFTER_SECS * 1000
  try {
    return await work()
  } finally {
    Date.now = now
  }
}

/** An emulated X, and how an app reaches it. */
export interface RecordsX {
  calls: Calls
  fetch: Fetch
}

/** An X that has forgotten all media of the records. */
export function forgetfulX(): RecordsX {
  const calls = createCalls({ now: () => Date.now() }, TOKEN)
  return { calls, fetch: async (url, init) => calls.emulator.app.request(url, init) }
}

/**
 * An X that still has a media, with these segments from the beginning of a file. It names it by an id of its own, since an
 * emulator chooses its ids, and knows it by the old one too.
 */
export async function rememberingX(
  mediaId: string,
  file: Uint8Array<ArrayBuffer>,
  segments: readonly number[],
): Promise<RecordsX & { id: string }> {
  const { calls, fetch } = forgetfulX()
  const id = await calls.initialize({
    media_type: file === video ? 'video/mp4' : 'image/png',
    total_bytes: file.length,
  })
  let end = 0
  for (const [index, bytes] of segments.entries()) {
    await calls.append(id, index, file.slice(end, end + bytes))
    end += bytes
  }
  const sent = <Text>(text: Text) => (typeof text === 'string' ? text.replaceAll(mediaId, id) : text)
  return {
    ...{ calls, id },
    async fetch(url, { body, ...init }) {
      const answer = await fetch(sent(url), { ...init, ...(body === undefined ? {} : { body: sent(body) }) })
      const text = (await answer.text()).replaceAll(id, mediaId)
      return new Response(text === '' ? null : text, answer)
    },
  }
}

const TOKEN = 'server-held-token'

export interface AskInit {
  headers?: Record<string, string>
  body?: Uint8Array<ArrayBuffer> | FormData | string
}

/** Sends a request as `u1`, or as the user in `x-demo-user`. Throws for a 500, which no record of 0.1.0 may cause. */
export type Ask = (method: string, path: string, init?: AskInit) => Promise<Response>

/** An app of this version with a store that 0.1.0 wrote. Its segments are larger than those that 0.1.0 cut. */
export function openApp(store: Store, { fetch }: RecordsX, options: Partial<XMediaOptions> = {}): Ask {
  const app = new Hono().route(
    '/media',
    xMedia({
      // As 0.1.0, which had no such option.
      allow: { additionalOwners: true, shared: true },
      ...{ token: TOKEN, secret: written.secret, store, x: { fetch }, compat: true },
      authorize: (c) => ({ subject: c.req.header('x-demo-user') ?? 'u1' }),
      ...options,
    }),
  )
  return async function ask(method, path, { headers, body } = {}) {
    const length = body === undefined || body instanceof FormData ? {} : { 'content-length': String(body.length) }
    const init = { method, headers: { ...length, ...headers }, ...(body === undefined ? {} : { body }) }
    const answer = await app.request(path, init)
    if (answer.status === 500) throw new Error(`${method} ${path} was answered 500: ${await answer.text()}`)
    return answer
  }
}

/** The status of a response, and the code of the problem in it. */
export async function problemOf(asked: Promise<Response>): Promise<[number, string]> {
  const answer = await asked
  const { code }: { code: string } = await answer.json()
  return [answer.status, code]
}

/** Throws unless X has finalized a whole file, in segments of these bytes, and no index ever carried two byte ranges. */
export async function expectWhole(
  { calls: { emulator } }: RecordsX,
  id: string | null,
  file: Uint8Array<ArrayBuffer>,
  segments: readonly number[],
): Promise<void> {
  const upload = await emulator.upload(id ?? '')
  equal(upload?.sha256, await sha256(file))
  equal(upload?.finalized, true)
  equal(
    upload?.segments.map(({ size }) => size),
    segments,
  )
  equal(emulator.violations(), [])
}
