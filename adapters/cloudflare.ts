import { DRAIN_MAX_BYTES, DRAIN_MAX_MS, DRAIN_READ_BYTES, isRefusal } from '../src/ingress/drain.ts'
import type { FetchApp } from './serve.ts'

/** The default export of a Worker's module. */
export interface Worker<Env> {
  fetch(request: Request, env: Env, context: unknown): Response | Promise<Response>
}

declare const Cloudflare: { compatibilityFlags: Record<string, boolean> } | undefined

/**
 * A Worker around an app: `export default worker((env: Env) => app)`. The first request brings the environment with its
 * secrets; the app is created then, once.
 *
 * Throws a `TypeError` without the compatibility flag `enable_request_signal` (the default from 2026-11-17 on): only
 * the request's signal tells that a client has reset its connection. It throws one for a compatibility date before
 * 2024-10-14 too: an upload that waits for memory could then not be woken by another one.
 * https://developers.cloudflare.com/workers/configuration/compatibility-flags/
 */
export function worker<Env>(createApp: (env: Env) => FetchApp): Worker<Env> {
  let app: FetchApp | undefined
  return {
    async fetch(request, env, context) {
      if (app === undefined) {
        requireFlags()
        app = createApp(env)
      }
      const responding = Promise.resolve(app.fetch(request, env, context))
      // Saves what was received even when the client disconnects: workerd then ends everything else.
      // https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil
      if (hasWaitUntil(context)) context.waitUntil(responding.then(noop, noop))
      const response = await responding
      return isRefusal(response) && request.body ? endAfterDrain(response, request.body) : response
    },
  }
}

function noop(): void {}

function hasWaitUntil(context: unknown): context is { waitUntil(work: Promise<unknown>): void } {
  return typeof context === 'object' && context !== null && 'waitUntil' in context
}

function requireFlags(): void {
  if (typeof Cloudflare === 'undefined') return
  const { compatibilityFlags: flags } = Cloudflare
  if (flags['enable_request_signal'] !== true) {
    throw new TypeError('hono-x-media needs the compatibility flag enable_request_signal. Add it to wrangler.toml.')
  }
  if (flags['handle_cross_request_promise_resolution'] !== true) {
    throw new TypeError('hono-x-media needs a compatibility_date of 2024-10-14 or later. Change it in wrangler.toml.')
  }
}

/** Longest wait for the app's last read to end, which unlocks the body; milliseconds. */
const UNLOCK_MAX_MS = 100
const UNLOCK_POLL_MS = 5

declare class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(bytes: number)
}

/**
 * A response that ends only when the client has stopped sending, within limits. workerd closes the connection when the
 * response ends. Bytes that arrive then reset it, and the client may never see an early response. RFC 9112 section 9.6
 */
async function endAfterDrain(response: Response, body: ReadableStream<Uint8Array>): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { readable, writable } = new FixedLengthStream(bytes.length)
  const writer = writable.getWriter()
  writer
    .write(bytes)
    .then(() => drain(body))
    .then(() => writer.close())
    // The client is gone.
    .catch(noop)
  return new Response(readable, response)
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  // A read that was pending when the app responded ends with the next bytes.
  for (let waited = 0; body.locked && waited < UNLOCK_MAX_MS; waited += UNLOCK_POLL_MS) await pause(UNLOCK_POLL_MS)
  if (body.locked) return
  const reader = body.getReader({ mode: 'byob' })
  const timeUp = pause(DRAIN_MAX_MS).then(() => reader.cancel())
  timeUp.catch(noop)
  let view = new Uint8Array(DRAIN_READ_BYTES)
  for (let discarded = 0; discarded < DRAIN_MAX_BYTES; ) {
    const { done, value } = await reader.read(view)
    if (done || value === undefined) return
    discarded += value.length
    view = new Uint8Array(value.buffer)
  }
  // Leaves the client time to see the response while nobody takes its bytes.
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
