import type { Hono } from 'hono'
import { expect, onTestFinished } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import type { XMediaEvent, XMediaOptions } from '../../src/index.ts'
import { instanceOf } from '../../src/instance.ts'
import type { UploadEnv } from '../../src/routes/upload.ts'
import { describedMedia, optionsWith } from './app.ts'
import { NOTHING_HELD } from './counters.ts'
import { sampleFile } from './media.ts'
import { contentTypeOf, type Part, part, render, utf8 } from './multipart.ts'

export const FORM: Readonly<Record<string, string>> = { 'content-type': contentTypeOf('b') }

export function field(name: string, value: string): Part {
  return part(`name="${name}"`, utf8(value))
}

export function alt(text: string): Part {
  return field('alt_text', text)
}

export function file(bytes: Uint8Array, type: string): Part {
  return part('name="media"; filename="a"', Buffer.from(bytes).toString('latin1'), `Content-Type: ${type}`)
}

/** A picture of this size. */
export function photo(bytes: number): Part {
  return file(sampleFile('image/png', bytes), 'image/png')
}

/** No picture, whatever it is declared as. */
export const bad: Part = file(new Uint8Array(1500), 'image/png')

/** The text of a form, one character per byte. */
export function formText(parts: readonly Part[]): string {
  return render({ boundary: 'b', parts: [...parts], end: '\r\n' }).join('')
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

/** A form whose body is a stream. */
export function streamed(body: ReadableStream<Uint8Array>, signal?: AbortSignal): Request {
  const init = { method: 'POST', headers: FORM, body, duplex: 'half', ...(signal && { signal }) }
  return new Request('http://x/', init)
}

interface PostOptions {
  query?: string
  /** Whether the body declares its length. Default true. */
  hasLength?: boolean
}

interface Posted {
  status: number
  headers: Headers
  json: Awaited<ReturnType<Response['json']>>
}

interface FormApp {
  app: Hono<UploadEnv>
  emulator: Emulator
  events: XMediaEvent[]
  options: XMediaOptions
  /** Sends a form. */
  post(parts: readonly Part[], how?: PostOptions): Promise<Posted>
  /** Sends a form, and returns the status, and for each file what X has of it, or else the code of its problem. */
  outcomes(parts: readonly Part[], how?: PostOptions): Promise<unknown[]>
  /** How many media X has finished. */
  finalized(): number
}

/** An app, with an emulated X of its own. A request that does not give back what it holds fails the test. */
export function formApp(changes: Partial<XMediaOptions> = {}): FormApp {
  const emulator = createEmulator({ mediaRules: false })
  const events: XMediaEvent[] = []
  const options = optionsWith({
    onEvent: (event) => events.push(event),
    ...changes,
    x: { fetch: async (url, init) => emulator.app.request(url, init), ...changes.x },
  })
  onTestFinished(async () => {
    await expect.poll(() => instanceOf(options).counters()).toEqual(NOTHING_HELD)
  })
  const app = describedMedia(options)

  const post: FormApp['post'] = async (parts, { query = '', hasLength = true } = {}) => {
    const body = bytesOf(formText(parts))
    const length = hasLength ? { 'content-length': String(body.length) } : {}
    const answer = await app.request(`/${query}`, { method: 'POST', body, headers: { ...FORM, ...length } })
    return { status: answer.status, headers: answer.headers, json: await answer.json() }
  }

  return {
    ...{ app, emulator, events, options, post },
    async outcomes(parts, how) {
      const { status, json } = await post(parts, how)
      const items: { id?: string; code?: string }[] = [json.data ?? json].flat()
      const found = await Promise.all(items.map(async ({ id, code }) => (id ? await emulator.upload(id) : code)))
      return [status, ...found]
    },
    finalized: () => emulator.uploads().filter((upload) => upload.finalized).length,
  }
}
