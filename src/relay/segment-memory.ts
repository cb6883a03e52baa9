import type { Clock } from '../lib/clock.ts'
import type { Envelope } from '../x/multipart-envelope.ts'
import type { Limiter } from './in-flight-limiter.ts'
import { type MemoryReservation, overloaded, type Pace } from './memory-pool.ts'
import type { SegmentMemory } from './rechunk.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** A view starts at the smallest size and grows by this factor, up to the planned size. */
export const GROWTH_FACTOR = 4

/** A file that is held whole takes so many times the bytes that have arrived, when they arrive slowly. */
const SLOW_GROWTH_FACTOR = 1.25

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
 * is short of memory, segments end early. A client that falls silent keeps no more than the upload's minimum.
 */
export function createSegmentMemory(options: SegmentMemoryOptions): SegmentMemory {
  const { envelope, reservation, clock, plan, limiter } = options
  /** The size that the last segment grew to. */
  let reachedBytes = plan.minSegmentBytes
  let startedAt = Number.NEGATIVE_INFINITY
  let segments = 0
  // A file that is held whole needs its memory, however slowly it comes in.
  const slowPace: Pace = plan.mayShrink ? 'slow' : 'quick'
  let pace = slowPace

  const isFast = () => clock.now() - startedAt < FAST_MS

  function acquire(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const buffer = reservation.acquire(envelope.bufferBytes(bytes), pace)
    return buffer && envelope.viewIn(buffer, bytes)
  }

  function resize({ buffer }: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const resized = reservation.resize(buffer, envelope.bufferBytes(bytes), pace)
    return resized && envelope.viewIn(resized, bytes)
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
      if (!isFast()) reachedBytes = plan.minSegmentBytes
      for (;;) {
        const bytes = Math.min(wanted, reachedBytes)
        const inFlight = limiter?.inFlight() ?? 0
        // Large segments are worth more than concurrency: settle for a smaller one only when at most one is in flight.
        const view = acquire(bytes) ?? (inFlight <= 1 ? acquireSmaller(bytes, minBytes) : undefined)
        if (view) {
          startedAt = clock.now()
          segments++
          return view
        }
        if (limiter === undefined) throw overloaded()
        await limiter.waitForCompletion()
      }
    },
    grow(view, wanted) {
      pace = isFast() ? 'quick' : slowPace
      const factor = isFast() || plan.mayShrink ? GROWTH_FACTOR : SLOW_GROWTH_FACTOR
      const longer = resize(view, Math.min(wanted, Math.ceil(view.length * factor)))
      if (longer === undefined) {
        // A slow client needs no more. A fast one would use up X's rate limit with small segments.
        const isRefused = segments === 1 && isFast() && reservation.isLimitedToMinimum()
        if (!plan.mayShrink || isRefused) throw overloaded()
        return undefined
      }
      reachedBytes = Math.max(reachedBytes, longer.length)
      return longer
    },
    shrink(view, filled, arrival) {
      if (arrival === 'slow' && reservation.isPlentiful()) return view
      pace = slowPace
      startedAt = Number.NEGATIVE_INFINITY
      reservation.returnToMinimum()
      const minBytes = plan.minSegmentBytes
      // Enough indices are left: the plan has one for every `minBytes`.
      if (plan.mayShrink && view.length > minBytes && filled >= minBytes) return undefined
      const neededBytes = plan.mayShrink ? minBytes : Math.max(minBytes, Math.ceil(filled * SLOW_GROWTH_FACTOR))
      return neededBytes < view.length ? resize(view, neededBytes) : view
    },
    release(view) {
      reservation.release(view.buffer)
    },
  }
}
