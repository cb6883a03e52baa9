import { Hono } from 'hono'
import { afterEach, expect } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { XMediaError, type XMediaOptions, xMedia } from '../../src/index.ts'
import type { UploadEnv } from '../../src/routes/upload.ts'
import { MEDIA_CATEGORIES, METADATA_KINDS } from '../../src/x/limits.ts'
import { sampleFile } from './media.ts'
import { undescribed } from './openapi.ts'

/** An emulated X in this process, for apps that are tested without a socket. */
export const emulator: Emulator = createEmulator()
/** The options of an app that calls it. */
export const base: XMediaOptions = {
  token: 'server-held-token',
  secret: 's'.repeat(32),
  authorize: (c) => ({ subject: c.req.header('x-demo-user') ?? 'u1' }),
  log: false,
  x: { fetch: async (url, init) => emulator.app.request(url, init) },
}

/** Everything that clients may ask for. */
export const ALLOW_ALL: NonNullable<XMediaOptions['allow']> = {
  additionalOwners: true,
  shared: true,
  categories: MEDIA_CATEGORIES,
  metadata: METADATA_KINDS,
}

/** Options with changes. Those to `http`, `x` and `limits` keep the other members of the group. */
export function optionsWith(changes: Partial<XMediaOptions>, from: XMediaOptions = base): XMediaOptions {
  return {
    ...{ ...from, ...changes },
    http: { ...from.http, ...changes.http },
    x: { ...from.x, ...changes.x },
    limits: { ...from.limits, ...changes.limits },
  }
}

const notDescribed = new Set<string>()
afterEach(() => {
  const found = [...notDescribed]
  notDescribed.clear()
  expect(found).toEqual([])
})

/** The same as `xMedia`; a response that openapi.json does not describe fails the test. */
export function describedMedia(options: XMediaOptions): Hono<UploadEnv> {
  return new Hono<UploadEnv>()
    .use(async (c, next) => {
      await next()
      // openapi.json describes neither errors of the app's own functions nor preflights.
      const isTheirs = c.error !== undefined && !(c.error instanceof XMediaError)
      if (isTheirs || c.req.header('access-control-request-method')) return
      for (const found of await undescribed(c.req.method, c.req.path, c.res)) notDescribed.add(found)
    })
    .route('/', xMedia(options))
}

/** A request with a file as raw body. */
export function post(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body,
    headers: { 'content-type': 'image/png', 'content-length': String(body.length), ...headers },
  }
}

/** A picture of 5000 bytes. */
export const png: Uint8Array<ArrayBuffer> = sampleFile('image/png', 5000)

/** Status and code of a problem. */
export async function codeOf(asked: Response | Promise<Response>): Promise<[number, unknown]> {
  const answer = await asked
  const json: unknown = await answer.json()
  return [answer.status, typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined]
}
