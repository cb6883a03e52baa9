import type { Context } from 'hono'
import { type ByteReader, openRequestReader } from '../ingress/byte-reader.ts'
import { createPacedReader, type PacedReader } from '../ingress/paced-reader.ts'
import type { Instance } from '../instance.ts'
import { clientClosed } from '../lib/abort-scope.ts'
import type { Log, Principal } from '../options.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../relay/segment-plan.ts'
import { misconfigured } from './misconfigured.ts'

/** The parts of an instance that receiving a body needs. */
export type BodyOptions = Pick<Instance, 'clock' | 'log' | 'pace' | 'relay' | 'uploads'>

/**
 * Runs `work` on a request's body, with a place among the uploads and memory for it. Reading ends with the request or with
 * the work, whichever comes first. Throws `too_many_uploads` and `overloaded`, and `misconfigured` when something else in
 * the app has read the body.
 */
export async function withBody<Outcome>(
  c: Context,
  { subject, limits }: Principal,
  { clock, log, pace, relay, uploads }: BodyOptions,
  work: (body: PacedReader, reservation: MemoryReservation) => Promise<Outcome>,
): Promise<Outcome> {
  const { signal } = c.req.raw
  const body = createPacedReader(openBody(c, log), clock, pace)
  const onAbort = () => body.cancel(clientClosed(signal.reason))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  let leave: (() => void) | undefined
  let reservation: MemoryReservation | undefined
  try {
    leave = uploads.admit(subject, limits?.uploads)
    reservation = relay.memory.reserve(relay.memory.cost(MIN_UPLOAD_BUFFER_BYTES), subject)
    return await work(body, reservation)
  } catch (error) {
    body.cancel(error)
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    body.stopTimer()
    reservation?.close()
    leave?.()
  }
}

function openBody({ req }: Context, log: Log): ByteReader {
  const body = openRequestReader(req.raw)
  if (body) return body
  throw misconfigured(
    log,
    `the body of ${req.method} ${req.path} was read before the upload could be. Move what reads it, such as ` +
      'c.req.parseBody(), c.req.formData() or a logger of bodies, after hono-x-media, or keep it off this path.',
  )
}
