import { XMediaError } from '../errors.ts'
import type { AbortScope } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import { createLimiter } from '../lib/limiter.ts'
import type { CallContext } from '../x/call.ts'
import { createEnvelope } from '../x/envelope.ts'
import { MAX_SEGMENTS } from '../x/limits.ts'
import type { XClient } from '../x/x-client.ts'
import type { BodyOptions } from './counted-body.ts'
import type { Initialization } from './initialization.ts'
import type { MemoryReservation } from './memory.ts'
import type { Ledger } from './segment-ledger.ts'
import { createSegmentMemory } from './segment-memory.ts'
import { MIN_SEGMENT_BYTES, type SegmentPlan } from './segment-plan.ts'

/** The segment size of an instance, shared by all its uploads. */
export interface SegmentSize {
  /** Bytes to begin with. */
  preferred: number
  /** The largest size X has taken so far: a larger segment travels alone. */
  proven: number
}

export interface AppendOptions {
  client: XClient
  clock: Clock
  /** APPENDs in flight at once. */
  concurrency: number
  /** Segments an upload may have. */
  maxSegments: number
  /** What this instance knows of the segment size X takes; learnt anew when X refuses one. */
  segmentSize: SegmentSize
}

/** One upload on its way, or a chunk of it. */
export interface UploadInProgress {
  /** The segments of its body. */
  read: (options: Omit<BodyOptions, 'totalBytes'>) => AsyncIterable<Uint8Array<ArrayBuffer>>
  /** INIT, which begins as soon as the first bytes are there. */
  initialization: Initialization
  ledger: Ledger
  plan: SegmentPlan
  reservation: MemoryReservation
  call: CallContext
  scope: AbortScope
  progress: Progress
}

/** How far an upload has come: the bytes X has acknowledged, and the segments numbered so far. */
export interface Progress {
  mediaId?: string
  sentBytes: number
  segments: number
}

/** Sends a body as numbered segments, some at once; resolves when X has acknowledged every one of them. */
export async function appendAll(upload: UploadInProgress, options: AppendOptions): Promise<void> {
  const { read, initialization, ledger, plan, reservation, call, scope, progress } = upload
  const { client, clock, concurrency, maxSegments, segmentSize } = options
  const envelope = createEnvelope({ segment_index: String(MAX_SEGMENTS) })
  const limiter = createLimiter(concurrency, (error) => scope.abort(error))
  const memory = createSegmentMemory({ envelope, reservation, clock, plan, limiter })

  async function append(segment: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const started = clock.now()
    const { id: mediaId } = await initialization.media()
    await ledger.plan(index, segment.length)
    const multipart = envelope.wrap(segment, { segment_index: String(index) })
    await client.append(mediaId, { contentType: envelope.contentType, body: multipart }, call)
    await ledger.acknowledge(index, segment.length)
    progress.sentBytes += segment.length
    const durationMs = clock.now() - started
    call.emit({ type: 'segment', mediaId, index, bytes: segment.length, durationMs })
  }

  async function appendNext(segment: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    await append(segment, index)
    memory.release(segment)
  }

  /** A segment larger than X is known to take travels alone: nothing behind it is numbered when it has to be cut. */
  async function appendProbing(segment: Uint8Array<ArrayBuffer>, bytesBehind: number): Promise<void> {
    const index = progress.segments
    let part = segment
    for (;;) {
      try {
        await append(part, index)
        break
      } catch (error) {
        const halved = Math.ceil(part.length / 2)
        const tooLarge = error instanceof XMediaError && error.code === 'x_segment_too_large'
        const needed = index + Math.ceil(segment.length / halved) + Math.ceil(bytesBehind / halved)
        if (!tooLarge || halved < MIN_SEGMENT_BYTES || needed > maxSegments) throw error
        call.emit({ type: 'segment_size', fromBytes: part.length, toBytes: halved })
        await ledger.shrink(index, halved)
        segmentSize.preferred = Math.min(segmentSize.preferred, halved)
        part = copy(segment, 0, halved)
      }
    }
    progress.segments = index + 1
    segmentSize.proven = Math.max(segmentSize.proven, part.length)
    for (let offset = part.length; offset < segment.length; offset += part.length) {
      part = copy(segment, offset, ledger.segmentBytes(progress.segments))
      await append(part, progress.segments++)
    }
    memory.release(segment)
  }

  /** Memory of its own, not of the budget: an instance learns the size that X takes once. */
  function copy(segment: Uint8Array<ArrayBuffer>, offset: number, bytes: number): Uint8Array<ArrayBuffer> {
    const part = segment.subarray(offset, offset + bytes)
    const view = envelope.viewIn(new ArrayBuffer(envelope.sizeAround(part.length)), part.length)
    view.set(part)
    return view
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
      initialization.onWhole(segment)
      await limiter.waitForSlot()
      const { totalBytes } = await initialization.media()
      if (segment.length > segmentSize.proven) {
        await limiter.drain()
        await appendProbing(segment, totalBytes - readBytes)
      } else {
        limiter.start(() => appendNext(segment, progress.segments++))
      }
    }
    await limiter.drain()
  } catch (error) {
    scope.abort(error)
    await limiter.settled()
    throw error
  }
}
