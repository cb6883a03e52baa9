import type { Clock } from '../lib/clock.ts'
import type { Envelope } from '../x/multipart-envelope.ts'
import type { Limiter } from './in-flight-limiter.ts'
import { type MemoryReservation, overloaded } from './memory-pool.ts'
import type { SegmentMemory } from './rechunk.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** A view starts at the smallest size and grows by this factor, up to the planned size. */
export const GROWTH_FACTOR = 4

/** A client that fills a segment within this time gets the next one at full size at once. */
const FAST_MS = 5000

export interface SegmentMemoryOptions {
  envelope: Envelope
  reservation: MemoryReservation
  clock: Clock
  plan: SegmentPlan
  /** The APPENDs in flight. Leave it out if none can be. */
  limiter?: Pick<Limiter, 'inFlight' | 'waitForCompletion'>
}

/**
 * The memory for one upload's segments. It grows as bytes arrive, so that a slow client holds little; and when the instance
 * is short of memory, segments end early.
 */
export function createSegmentMemory(options: SegmentMemoryOptions): SegmentMemory {
  const { envelope, reservation, clock, plan, limiter } = options
  /** The size that the last segment grew to. */
  let reachedBytes = plan.minSegmentBytes
  let startedAt = Number.NEGATIVE_INFINITY
  let isFirst = true

  const isFast = () => clock.now() - startedAt < FAST_MS

  function acquire(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const buffer = reservation.acquire(envelope.bufferBytes(bytes))
    return buffer && envelope.viewIn(buffer, bytes)
  }

  /** A view of less than `bytes` bytes, as large as there is memory for. */
  function acquireSmaller(bytes: number, minBytes: number): Uint8Array<ArrayBuffer> | undefined {
    let view: Uint8Array<ArrayBuffer> | undefined
    for (let size = bytes; view === undefined && size > minBytes; ) {
      size = Math.max(minBytes, Math.ceil(size / GROWTH_FACTOR))
      view = acquire(size)
    }
    return view
  }

  return {
    async allocate(wanted) {
      const minBytes = Math.min(wanted, plan.minSegmentBytes)
      isFirst = startedAt === Number.NEGATIVE_INFINITY
      if (!isFast()) reachedBytes = plan.minSegmentBytes
      for (;;) {
        const bytes = Math.min(wanted, reachedBytes)
        const inFlight = limiter?.inFlight() ?? 0
        // Large segments are worth more than concurrency: settle for a smaller one only when at most one is in flight.
        const view = acquire(bytes) ?? (inFlight <= 1 ? acquireSmaller(bytes, minBytes) : undefined)
        if (view) {
          startedAt = clock.now()
          return view
        }
        if (limiter === undefined) throw overloaded()
        await limiter.waitForCompletion()
      }
    },
    grow(view, wanted) {
      const longer = acquire(Math.min(wanted, view.length * GROWTH_FACTOR))
      if (longer === undefined) {
        // A slow client needs no more. A fast one would use up X's rate limit with small segments.
        if (!plan.mayShrink || (isFirst && isFast() && reservation.isLimitedToMinimum())) throw overloaded()
        return undefined
      }
      longer.set(view)
      reservation.release(view.buffer)
      reachedBytes = Math.max(reachedBytes, longer.length)
      return longer
    },
    release(view) {
      reservation.release(view.buffer)
    },
  }
}
