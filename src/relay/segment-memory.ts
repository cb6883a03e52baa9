import type { Clock } from '../x/clock.ts'
import type { Envelope } from '../x/envelope.ts'
import { type Allotment, overloaded } from './memory.ts'
import type { SegmentPlan } from './plan.ts'
import type { SegmentMemory } from './rechunk.ts'
import type { Window } from './window.ts'

/** A segment's view grows by this factor, from the least size to the planned one. */
export const GROWTH = 4

/** A sender that filled the last segment within this time gets the memory for the next one at once. */
const QUICK_MS = 5000

export interface SegmentMemoryOptions {
  envelope: Envelope
  allotment: Allotment
  clock: Clock
  plan: SegmentPlan
  /** The segments in flight. */
  window: Pick<Window, 'inFlight' | 'freed'>
}

/**
 * The memory of an upload's segments: as much as has arrived, within a factor, so that a slow sender holds little; and as
 * much as the instance has to give, so that segments end early where memory is short.
 */
export function createSegmentMemory(options: SegmentMemoryOptions): SegmentMemory {
  const { envelope, allotment, clock, plan, window } = options
  let reachedBytes = plan.leastBytes
  let begunAt = Number.NEGATIVE_INFINITY
  let first = true

  function take(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    const buffer = allotment.take(envelope.sizeAround(bytes))
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
        // One on its way while another comes in is enough: larger segments are worth more than a wider window.
        if (view === undefined && window.inFlight() > 1) {
          await window.freed()
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
        await window.freed()
      }
    },
    grow(view, wanted) {
      const larger = take(Math.min(wanted, view.length * GROWTH))
      if (larger === undefined) {
        const quick = clock.now() - begunAt < QUICK_MS
        // A slow sender needs no more; a quick one would cost X's rate limit many small segments.
        if (plan.whole || (first && quick && allotment.crowded())) throw overloaded()
        return undefined
      }
      larger.set(view)
      allotment.give(view.buffer)
      reachedBytes = Math.max(reachedBytes, larger.length)
      return larger
    },
    release(view) {
      allotment.give(view.buffer)
    },
  }
}
