import type { Context } from 'hono'
import type { SSEStreamingApi } from 'hono/streaming'
import type { Instance } from '../instance.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { isFinal, processingState, type XMediaAnswer } from '../x/media-answer.ts'
import type { PrincipalEnv } from './authorize.ts'
import { eventStream } from './event-stream.ts'

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
  instance: Pick<Instance, 'clock' | 'listeners' | 'statuses'>,
): Response {
  if (isFinal(first) && c.req.header('last-event-id') === processingState(first.data)) return c.body(null, 204)
  return eventStream(c, instance, async (stream, signal) => {
    await sendStatuses(stream, first, instance.statuses.follow(first, { ...context, signal }))
  })
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
