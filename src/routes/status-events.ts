import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { createAbortScope } from '../lib/abort-scope.ts'
import { repeat } from '../lib/clock.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { isFinal, processingState, type XMediaAnswer } from '../x/media-answer.ts'
import type { PrincipalEnv } from './authorize.ts'

/** How often a comment goes out, in milliseconds. Proxies close a silent connection after a minute, some after 30 s. */
const HEARTBEAT_MS = 15_000
/** How long a stream may stay open, in milliseconds. An `EventSource` reconnects by itself. */
const MAX_STREAM_MS = 600_000
/** How soon an `EventSource` should reconnect, in milliseconds. */
const RECONNECT_MS = 3000

/** Whether the client wants the status as it changes. */
export function wantsEvents(c: Context): boolean {
  return /\btext\/event-stream\b/i.test(c.req.header('accept') ?? '')
}

/**
 * Sends the status as `status` events whenever it changes, until it is final, and errors as `error` events.
 *
 * An event's id is the state. A client that has seen the final state and reconnects, as an `EventSource` does, gets 204,
 * which tells it to stop. Throws `too_many_listeners`.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function statusEvents(
  c: Context<PrincipalEnv>,
  first: XMediaAnswer,
  context: CallContext,
  { clock, listeners, log, statuses }: Pick<Instance, 'clock' | 'listeners' | 'log' | 'statuses'>,
): Response {
  if (isFinal(first) && c.req.header('last-event-id') === processingState(first.data)) return c.body(null, 204)
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
      await sendStatuses(stream, first, statuses.follow(first, { ...context, signal }))
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof XMediaError) await stream.writeSSE({ event: 'error', data: JSON.stringify(error.problem) })
      else log(`hono-x-media: the status of a media could not be read. ${String(error)}`)
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

/** Sends each status that differs from the one before. */
async function sendStatuses(
  stream: SSEStreamingApi,
  first: XMediaAnswer,
  changes: AsyncIterable<XMediaAnswer>,
): Promise<void> {
  const eventOf = (answer: XMediaAnswer) => ({ event: 'status', id: processingState(answer.data) })
  let sent = JSON.stringify(first)
  await stream.writeSSE({ ...eventOf(first), data: sent, retry: RECONNECT_MS })
  for await (const answer of changes) {
    const data = JSON.stringify(answer)
    if (data !== sent) await stream.writeSSE({ ...eventOf(answer), data })
    sent = data
  }
}
