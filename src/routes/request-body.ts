import type { Context } from 'hono'
import { openRequestReader } from '../ingress/byte-reader.ts'
import { createPacedReader, type PacedReader } from '../ingress/paced-reader.ts'
import type { Instance } from '../instance.ts'
import { clientClosed } from '../lib/abort-scope.ts'
import type { Principal } from '../options.ts'
import type { MemoryReservation } from '../relay/memory-pool.ts'
import { MIN_UPLOAD_MEMORY_BYTES } from '../relay/segment-plan.ts'

/**
 * Runs `work` on a request's body, with a place among the uploads and memory for it. Reading ends with the request or with
 * the work, whichever comes first. Throws `too_many_uploads` and `overloaded`.
 */
export async function withBody<Outcome>(
  c: Context,
  { subject, limits }: Principal,
  { clock, pace, relay, uploads }: Pick<Instance, 'clock' | 'pace' | 'relay' | 'uploads'>,
  work: (body: PacedReader, reservation: MemoryReservation) => Promise<Outcome>,
): Promise<Outcome> {
  const { signal } = c.req.raw
  const body = createPacedReader(openRequestReader(c.req.raw), clock, pace)
  const onAbort = () => body.cancel(clientClosed(signal.reason))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  let leave: (() => void) | undefined
  let reservation: MemoryReservation | undefined
  try {
    leave = uploads.admit(subject, limits?.uploads)
    reservation = relay.memory.reserve(MIN_UPLOAD_MEMORY_BYTES, subject)
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
