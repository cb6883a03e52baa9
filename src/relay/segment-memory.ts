import type { Clock } from '../lib/clock.ts'
import type { Limiter } from '../lib/limiter.ts'
import type { Envelope } from '../x/envelope.ts'
import { type MemoryReservation, overloaded } from './memory.ts'
import type { SegmentMemory } from './rechunk.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** A segment's view grows by this factor, from the least size to the planned one. */
export const GROWTH = 4

/** A sender that filled the last segment within this time gets the memory for the next one at once. */
const QUICK_MS = 5000

export interface SegmentMemoryOptions {
  envelope: Envelope
  reservation: MemoryReservation
  clock: Clock
  plan: SegmentPlan
  /** The segments in flight. */
  limiter: Pick<Limiter, 'inFlight' | 'waitForRelease'>
}

/**
 * The memory of an upload's segments: as much as has arrived, within a factor, so that a slow sender holds little; and as
 * much as the instance has to give, so that segments end early where memory is short.
 */
export function createSegmentMemory(options: SegmentMemoryOptions): SegmentMemory {
  const { envelope, reservation, clock, plan, limiter } = options
  let reachedBytes = plan.leastBytes
  let begunAt = Number.NEGATIVE_INFINITY
  let first = true

  function take(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const buffer = reservation.acquire(envelope.sizeAround(bytes))
    return buffer && envelope.viewIn(buffer, bytes)
  }

  return {
    async begin(wanted) {
      const leastBytes = Math.min(wanted, plan.leastBytes)
      first = begunAt === Number.NEGATIVE_INFINITY
      const quick = clock.now() - begunAt < QUICK_MS
      if (!quick) reachedBytes = plan.leastBytes
      for (;;) {
        let bytes = Math.min(wanted, reachedBytes)
        let view = take(bytes)
        // One on its way while another comes in is enough: larger segments are worth more than a wider limiter.
        if (view === undefined && limiter.inFlight() > 1) {
          await limiter.waitForRelease()
          continue
        }
        while (view === undefined && bytes > leastBytes) {
          bytes = Math.max(leastBytes, Math.ceil(bytes / GROWTH))
          view = take(bytes)
        }
        if (view) {
          begunAt = clock.now()
          return view
        }
        await limiter.waitForRelease()
      }
    },
    grow(view, wanted) {
      const larger = take(Math.min(wanted, view.length * GROWTH))
      if (larger === undefined) {
        const quick = clock.now() - begunAt < QUICK_MS
        // A slow sender needs no more; a quick one would cost X's rate limit many small segments.
        if (plan.whole || (first && quick && reservation.crowded())) throw overloaded()
        return undefined
      }
      larger.set(view)
      reservation.release(view.buffer)
      reachedBytes = Math.max(reachedBytes, larger.length)
      return larger
    },
    release(view) {
      reservation.release(view.buffer)
    },
  }
}
