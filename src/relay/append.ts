import type { AbortScope } from '../lib/abort-scope.ts'
import { EXTENDED_MAX_SEGMENTS } from '../x/limits.ts'
import { createEnvelope } from '../x/multipart-envelope.ts'
import { createLimiter } from './in-flight-limiter.ts'
import type { MemoryReservation } from './memory-reservation.ts'
import type { SegmentOptions } from './read-segments.ts'
import { createSegmentMemory } from './segment-memory.ts'
import type { SegmentPlan } from './segment-plan.ts'
import { createSegmentSender, type SenderOptions, type SenderUpload } from './segment-sender.ts'

export interface AppendOptions extends SenderOptions {
  /** The most APPENDs of an upload in flight at once, when X takes its time. */
  concurrency: number
}

/** APPENDs in flight while X is quick: more would take memory and bring nothing. */
const QUICK_IN_FLIGHT = 3

/** An APPEND that takes longer, in milliseconds, spends most of it on the way to X and back. */
const SLOW_APPEND_MS = 100

/** An upload, or a chunk of one, while it is being sent. */
export interface UploadInProgress extends SenderUpload {
  /** Reads the body in segments. */
  read: (options: SegmentOptions) => AsyncIterable<Uint8Array<ArrayBuffer>>
  plan: SegmentPlan
  reservation: MemoryReservation
  scope: AbortScope
}

/** Sends a body as numbered segments, several at once. Resolves when X has acknowledged all of them. */
export async function appendAll(upload: UploadInProgress, options: AppendOptions): Promise<void> {
  const { read, initialization, ledger, plan, reservation, scope, progress } = upload
  const { clock, concurrency, segmentSize } = options
  const envelope = createEnvelope({ segment_index: String(EXTENDED_MAX_SEGMENTS) })
  /** How long the last APPEND took. */
  let appendMs = 0
  const maxInFlight = () => (appendMs > SLOW_APPEND_MS ? concurrency : Math.min(concurrency, QUICK_IN_FLIGHT))
  const limiter = createLimiter(maxInFlight, (error) => scope.abort(error))
  const memory = createSegmentMemory({ envelope, reservation, clock, plan, limiter, signal: scope.signal })
  const sender = createSegmentSender(upload, envelope, options)

  async function sendAndRelease(segment: Uint8Array<ArrayBuffer>): Promise<void> {
    const startedAt = clock.now()
    await sender.send(segment)
    appendMs = clock.now() - startedAt
    memory.release(segment)
  }

  try {
    const segments = read({
      segmentBytes: () => ledger.segmentBytes(progress.segments),
      memory,
      signal: scope.signal,
      onHead: initialization.onHead,
    })
    let readBytes = progress.sentBytes
    for await (const segment of segments) {
      readBytes += segment.length
      initialization.onSegment(segment)
      await limiter.waitForSlot()
      const { totalBytes } = await initialization.result()
      if (segment.length > segmentSize.largestAccepted) {
        await limiter.drain()
        await sender.sendUntested(segment, totalBytes - readBytes)
        memory.release(segment)
      } else {
        limiter.start(() => sendAndRelease(segment))
      }
    }
    await limiter.drain()
  } catch (error) {
    scope.abort(error)
    await limiter.settled()
    throw error
  }
}
