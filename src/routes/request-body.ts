import type { Context } from 'hono'
import { type ByteReader, openRequestReader } from '../ingress/byte-reader.ts'
import { createPacedReader, type PacedReader } from '../ingress/paced-reader.ts'
import { refuseDuringShutdown, shutdownOf } from '../ingress/shutdown.ts'
import type { Instance } from '../instance.ts'
import { clientClosed } from '../lib/abort-scope.ts'
import type { Principal } from '../options.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../relay/segment-plan.ts'
import { misconfigured } from './misconfigured.ts'

/** The parts of an instance that receiving a body needs. */
export type BodyOptions = Pick<Instance, 'clock' | 'pace' | 'relay' | 'uploads'>

/**
 * Runs `work` on a request's body, with a place among the uploads and memory for it. Reading ends with the request or with
 * the work, whichever comes first; a server that closes ends it too. Throws `too_many_uploads`, `overloaded` and
 * `shutting_down`, and `misconfigured` when something else in the app has read the body.
 */
export async function withBody<Outcome>(
  c: Context,
  { subject, limits }: Principal,
  { clock, pace, relay, uploads }: BodyOptions,
  work: (body: PacedReader, reservation: MemoryReservation) => Promise<Outcome>,
): Promise<Outcome> {
  const { signal } = c.req.raw
  const cut = shutdownOf(c.req.raw)?.cut
  const body = createPacedReader(openBody(c), clock, pace)
  const onAbort = () => body.cancel(clientClosed(signal.reason))
  const onCut = () => body.cancel(cut?.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  cut?.addEventListener('abort', onCut, { once: true })
  let leave: (() => void) | undefined
  let reservation: MemoryReservation | undefined
  try {
    refuseDuringShutdown(c.req.raw)
    leave = uploads.admit(subject, limits?.uploads)
    reservation = relay.memory.reserve(relay.memory.cost(MIN_UPLOAD_BUFFER_BYTES), subject)
    return await work(body, reservation)
  } catch (error) {
    body.cancel(error)
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    cut?.removeEventListener('abort', onCut)
    body.stopTimer()
    reservation?.close()
    leave?.()
  }
}

function openBody({ req }: Context): ByteReader {
  const body = openRequestReader(req.raw)
  if (body) return body
  throw misconfigured(
    `The body of ${req.method} ${req.path} was read before the upload could be. Move what reads it, such as ` +
      'c.req.parseBody(), c.req.formData() or a logger of bodies, after hono-x-media, or keep it off this path.',
  )
}
