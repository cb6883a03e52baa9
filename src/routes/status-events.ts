import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { sleep } from '../lib/clock.ts'
import { checkAfterSecs, isFinal, processingState, type XMediaAnswer } from '../x/media-answer.ts'
import type { PrincipalEnv } from './authorize.ts'

/** How long a stream may be silent before a comment goes out. Proxies close a silent connection after a minute, some after 30 s. */
const HEARTBEAT_MS = 15_000
/** How long a stream may stay open, milliseconds. An `EventSource` reconnects by itself. */
const MAX_STREAM_MS = 600_000

/** Whether the client wants the status as it changes. The answer to HEAD has no body, so nobody would end its stream. */
export function wantsEvents(c: Context): boolean {
  return c.req.method !== 'HEAD' && /\btext\/event-stream\b/i.test(c.req.header('accept') ?? '')
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

    /** The next status, with heartbeats until it is due. Undefined when there is nothing more to send. */
    async function wait(latest: XMediaAnswer): Promise<XMediaAnswer | undefined> {
      let leftMs = checkAfterSecs(latest) * 1000
      try {
        for (; leftMs > HEARTBEAT_MS; leftMs -= HEARTBEAT_MS) {
          await sleep(clock, HEARTBEAT_MS, gone.signal)
          await stream.write(': still there\n\n')
        }
        await sleep(clock, leftMs, gone.signal)
        // Without this client's signal: others may be waiting for the same answer.
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
