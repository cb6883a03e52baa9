import { abortable } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { Envelope } from '../x/multipart-envelope.ts'
import type { Limiter } from './in-flight-limiter.ts'
import { type MemoryReservation, overloaded, type Pace } from './memory-reservation.ts'
import type { SegmentMemory } from './rechunk.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** A view starts at the smallest size and grows by this factor, up to the planned size. */
export const GROWTH_FACTOR = 4

/** A file that is held whole takes so many times the bytes that have arrived, when they arrive slowly. */
const SLOW_GROWTH_FACTOR = 1.25

/** A client that fills a segment within this time gets the next one at full size at once. */
const FAST_MS = 5000

/** A client that would fill a segment within this time skips every other step, in milliseconds: each copies what has arrived. */
const STEP_SKIPPING_MS = 1000

/** How often an upload in line for memory looks whether it has waited for too long, in milliseconds. */
const LOOK_AGAIN_MS = 100

/** A segment that has reached this share of its size is sent when memory is short; a smaller one waits for more. */
const WORTH_SENDING = 1 / 4

type View = Uint8Array<ArrayBuffer>

export interface SegmentMemoryOptions {
  envelope: Envelope
  reservation: MemoryReservation
  clock: Clock
  plan: SegmentPlan
  /** The APPENDs in flight. Leave it out if none can be. */
  limiter?: Pick<Limiter, 'inFlight' | 'waitForCompletion'>
  /** Ends a wait for memory. */
  signal?: AbortSignal | undefined
}

/**
 * The memory for one upload's segments. It grows as bytes arrive, so that a slow client holds little; and when the instance
 * is short of memory, segments end early. A client that falls silent keeps no more than the upload's minimum.
 */
export function createSegmentMemory(options: SegmentMemoryOptions): SegmentMemory {
  const { envelope, reservation, clock, plan, limiter, signal } = options
  /** The size that the last segment grew to. */
  let reachedBytes = plan.minSegmentBytes
  let startedAt = Number.NEGATIVE_INFINITY
  let segments = 0
  // A file that is held whole needs its memory, however slowly it comes in.
  const slowPace: Pace = plan.mayShrink ? 'slow' : 'quick'
  let pace = slowPace

  const isFast = () => clock.now() - startedAt < FAST_MS

  function acquire(bytes: number): View | undefined {
    const buffer = reservation.acquire(envelope.bufferBytes(bytes), pace)
    return buffer && envelope.viewIn(buffer, bytes)
  }

  function resize({ buffer }: View, bytes: number): View | undefined {
    const resized = reservation.resize(buffer, envelope.bufferBytes(bytes), pace)
    return resized && envelope.viewIn(resized, bytes)
  }

  /** Resolves when memory may be there; to false when waiting is in vain. */
  async function waitForTurn(): Promise<boolean> {
    let isWaiting = false
    let cancelTimer = () => {}
    const turn = new Promise<void>((resolve) => {
      isWaiting = reservation.waitInLine(clock.now(), resolve)
      if (isWaiting) cancelTimer = clock.after(LOOK_AGAIN_MS, resolve)
    })
    if (!isWaiting) return false
    try {
      await abortable(turn, signal)
    } finally {
      // Not by whoever calls: on Workers, the timer belongs to this upload's request.
      cancelTimer()
    }
    return true
  }

  /** What `attempt` gets in the end, while other uploads of a quick one's subject return memory. */
  async function waitFor(attempt: () => View | undefined): Promise<View | undefined> {
    const since = clock.now()
    let view: View | undefined
    while (view === undefined && pace === 'quick') {
      if (!(await waitForTurn())) break
      view = attempt()
    }
    // The client is no slower for it.
    startedAt += clock.now() - since
    return view
  }

  /** A view of less than `bytes` bytes, as large as there is memory for. */
  function acquireSmaller(bytes: number, minBytes: number): View | undefined {
    let view: View | undefined
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
        let view = acquire(bytes)
        // Large segments are worth more than concurrency: settle for a smaller one only when none is in flight.
        if (!limiter?.inFlight()) view ??= (await waitFor(() => acquire(bytes))) ?? acquireSmaller(bytes, minBytes)
        if (view) {
          startedAt = clock.now()
          segments++
          return view
        }
        if (limiter === undefined) throw overloaded()
        await limiter.waitForCompletion()
      }
    },
    async grow(view, wanted) {
      pace = isFast() ? 'quick' : slowPace
      const factor = isFast() || plan.mayShrink ? GROWTH_FACTOR : SLOW_GROWTH_FACTOR
      const growBy = (times: number) => resize(view, Math.min(wanted, Math.ceil(view.length * times)))
      const attempt = () => growBy(factor)
      const skipsSteps = view.length * STEP_SKIPPING_MS >= wanted * (clock.now() - startedAt)
      let longer = (skipsSteps ? growBy(factor * GROWTH_FACTOR) : undefined) ?? attempt()
      if (longer === undefined) {
        // A slow client needs no more. A fast one would use up X's rate limit with small segments.
        if (segments === 1 && isFast() && reservation.isLimitedToMinimum()) throw overloaded()
        const isWorthSending = plan.mayShrink && view.length >= wanted * WORTH_SENDING
        if (!isWorthSending) longer = await waitFor(attempt)
        // The next segment waits for its full size, with nothing to send meanwhile.
        else if (isFast()) reachedBytes = wanted
      }
      if (longer === undefined) {
        if (!plan.mayShrink) throw overloaded()
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
