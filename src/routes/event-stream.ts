import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { createAbortScope } from '../lib/abort-scope.ts'
import { repeat } from '../lib/clock.ts'
import type { PrincipalEnv } from './authorize.ts'

/** How often a comment goes out, in milliseconds. Proxies close a silent connection after a minute, some after 30 s. */
const HEARTBEAT_MS = 15_000
/** How long a stream may stay open, in milliseconds. An `EventSource` reconnects by itself. */
const MAX_STREAM_MS = 600_000

/** Sends the events of a stream. The signal aborts when the client has left, or the time is up. */
export type SendEvents = (stream: SSEStreamingApi, signal: AbortSignal) => Promise<void>

/**
 * Responds with Server-Sent Events, with a place among the listeners until the stream ends. An `XMediaError` becomes an
 * `error` event. Throws `too_many_listeners`.
 */
export function eventStream(
  c: Context<PrincipalEnv>,
  { clock, listeners }: Pick<Instance, 'clock' | 'listeners'>,
  send: SendEvents,
): Response {
  // The response to HEAD has no body, so nothing would end its stream.
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' })

  const leave = listeners.admit(c.var.xMediaPrincipal.subject)
  const scope = createAbortScope(clock, {
    // On workerd, only this signal tells that a client has reset its connection.
    parent: c.req.raw.signal,
    timeoutMs: MAX_STREAM_MS,
    timeoutError: () => new Error('The stream was open for as long as it may be.'),
  })
  const { signal } = scope

  const { body } = streamSSE(c, async (stream) => {
    const stopHeartbeat = repeat(clock, HEARTBEAT_MS, () => stream.write(': still there\n\n'))
    const end = () => {
      stopHeartbeat()
      scope.dispose()
      leave()
    }
    // At once: a write to a client that does not read never ends.
    signal.addEventListener('abort', end, { once: true })
    stream.onAbort(() => scope.abort(new Error('The client has left.')))
    try {
      signal.throwIfAborted()
      await send(stream, signal)
    } catch (error) {
      if (signal.aborted) return
      c.var.xMediaObserver.refuse(error)
      if (!(error instanceof XMediaError)) throw error
      await stream.writeSSE({ event: 'error', data: JSON.stringify(error.problem) })
    } finally {
      end()
    }
  })
  // `streamSSE` lets caches store the stream, and sets headers that HTTP/2 forbids.
  c.header('cache-control', 'no-store')
  c.header('connection', undefined)
  c.header('transfer-encoding', undefined)
  return c.newResponse(body)
}
