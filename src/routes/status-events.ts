import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { sleep } from '../lib/clock.ts'
import { checkAfterSecs, isFinal, processingState, type XMediaAnswer } from '../x/media-answer.ts'
import type { PrincipalEnv } from './authorize.ts'

/** Silence after which a comment is sent: proxies close what is silent for a minute, some after 30 seconds. */
const HEARTBEAT_MS = 15_000
/** A connection ends after so long, milliseconds; an `EventSource` comes back by itself. */
const MAX_STREAM_MS = 600_000

/** Whether a client wants the status as it changes. */
export function wantsEvents(c: Context): boolean {
  return /\btext\/event-stream\b/i.test(c.req.header('accept') ?? '')
}

/**
 * Sends the status whenever it changes, as `status` events, until it is final; what goes wrong meanwhile as `error` events.
 * The id of an event is the state: a client that has the final one and comes back, as an `EventSource` does, is told by
 * 204 to stay away. Throws `too_many_listeners`. https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function statusEvents(
  c: Context<PrincipalEnv>,
  first: XMediaAnswer,
  read: () => Promise<XMediaAnswer>,
  { clock, listeners }: Pick<Instance, 'clock' | 'listeners'>,
): Response {
  if (isFinal(first) && c.req.header('last-event-id') === processingState(first.data)) return c.body(null, 204)
  const leave = listeners.admit(c.var.xMediaPrincipal.subject)
  c.header('cache-control', 'no-store')
  return streamSSE(c, async (stream) => {
    const gone = new AbortController()
    stream.onAbort(() => gone.abort())
    const until = clock.now() + MAX_STREAM_MS
    let said = ''
    let answer = first
    try {
      while (!gone.signal.aborted) {
        const data = JSON.stringify(answer)
        if (data !== said) await stream.writeSSE({ event: 'status', id: processingState(answer.data), data })
        said = data
        if (isFinal(answer) || clock.now() >= until) return
        const next = await wait(answer)
        if (next === undefined) return
        answer = next
      }
    } finally {
      leave()
    }

    /** The next answer, with heartbeats until it is due; undefined when there is nothing more to tell. */
    async function wait(latest: XMediaAnswer): Promise<XMediaAnswer | undefined> {
      let leftMs = checkAfterSecs(latest) * 1000
      try {
        for (; leftMs > HEARTBEAT_MS; leftMs -= HEARTBEAT_MS) {
          await sleep(clock, HEARTBEAT_MS, gone.signal)
          await stream.write(': still there\n\n')
        }
        await sleep(clock, leftMs, gone.signal)
        // Not ended with this client: others may be listening for the same answer.
        return await read()
      } catch (error) {
        if (gone.signal.aborted) return undefined
        if (!(error instanceof XMediaError)) throw error
        await stream.writeSSE({ event: 'error', data: JSON.stringify(error.problem) })
        return undefined
      }
    }
  })
}
