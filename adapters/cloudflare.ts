import type { FetchApp } from './serve.ts'

/** The default export of a Worker's module. */
export interface Worker<Env> {
  fetch(request: Request, env: Env, context: unknown): Response | Promise<Response>
}

declare const Cloudflare: { compatibilityFlags: Record<string, boolean> } | undefined

/**
 * A Worker around an app: `export default worker((env: Env) => app)`. The app is made once, when the first request
 * brings the environment with its secrets.
 *
 * Throws a `TypeError` without the compatibility flag `enable_request_signal` (the default from 2026-11-17 on): only
 * the signal tells that a client has reset its connection.
 */
export function worker<Env>(create: (env: Env) => FetchApp): Worker<Env> {
  let app: FetchApp | undefined
  return {
    async fetch(request, env, context) {
      app ??= createChecked(create, env)
      const answered = Promise.resolve(app.fetch(request, env, context))
      // What a client has sent is kept also when it leaves: without this everything ends with its connection.
      // https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil
      if (mayWait(context)) context.waitUntil(answered.then(noop, noop))
      const response = await answered
      return response.status >= 400 && request.body ? lingering(response, request.body) : response
    },
  }
}

function noop(): void {}

function mayWait(context: unknown): context is { waitUntil(work: Promise<unknown>): void } {
  return typeof context === 'object' && context !== null && 'waitUntil' in context
}

function createChecked<Env>(create: (env: Env) => FetchApp, env: Env): FetchApp {
  if (typeof Cloudflare !== 'undefined' && Cloudflare.compatibilityFlags['enable_request_signal'] !== true) {
    throw new TypeError('hono-x-media needs the compatibility flag enable_request_signal: add it to wrangler.toml')
  }
  return create(env)
}

/** What is read of a body after its answer, at most: clients that look for no answer before they have sent it all. */
const LINGER_BYTES: number = 16 * 1024 * 1024
/** Time for a client to see the answer while nobody takes its bytes any more. */
const LINGER_MS = 2000
const LINGER_READ_BYTES: number = 64 * 1024
/** Time for a pending read to end. */
const UNLOCK_MS = 100
const STEP_MS = 5

declare class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(bytes: number)
}

/**
 * An answer that ends only when the client has stopped sending, within limits. workerd closes the connection as soon as
 * an answer has ended, and resets it while bytes come in, so that a client that is still sending may never see an answer
 * it was given early. RFC 9112 section 9.6
 */
async function lingering(response: Response, body: ReadableStream<Uint8Array>): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { readable, writable } = new FixedLengthStream(bytes.length)
  const writer = writable.getWriter()
  writer
    .write(bytes)
    .then(() => discard(body))
    .then(() => writer.close())
    // The client is gone.
    .catch(() => {})
  return new Response(readable, response)
}

async function discard(body: ReadableStream<Uint8Array>): Promise<void> {
  // A read that was pending when the answer was decided ends with the next bytes.
  for (let waited = 0; body.locked && waited < UNLOCK_MS; waited += STEP_MS) await pause(STEP_MS)
  if (body.locked) return
  const reader = body.getReader({ mode: 'byob' })
  const timeUp = pause(LINGER_MS).then(() => reader.cancel())
  timeUp.catch(() => {})
  let view = new Uint8Array(LINGER_READ_BYTES)
  for (let discarded = 0; discarded < LINGER_BYTES; ) {
    const { done, value } = await reader.read(view)
    if (done || value === undefined) return
    discarded += value.length
    view = new Uint8Array(value.buffer)
  }
  await timeUp
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export {
  type DurableObjectState,
  type DurableObjects,
  durableObjectStore,
  XMediaObject,
} from './durable-object.ts'
export type { FetchApp } from './serve.ts'
