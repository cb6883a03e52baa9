import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { Envelope } from '../x/multipart-envelope.ts'
import type { XClient } from '../x/x-client.ts'
import type { Initialization } from './initialization.ts'
import type { Ledger } from './segment-ledger.ts'
import { MIN_HALVED_BYTES } from './segment-plan.ts'

/** What an instance knows about the segment sizes that X accepts; all its uploads share it. */
export interface SegmentSize {
  /** The size for new uploads, in bytes; it gets smaller when X refuses a segment. */
  preferred: number
  /** The largest segment that X has accepted so far, in bytes. */
  largestAccepted: number
}

/** How far an upload has come. */
export interface Progress {
  mediaId?: string
  /** Bytes that X has acknowledged. */
  sentBytes: number
  /** Segments numbered so far. */
  segments: number
}

export interface SenderOptions {
  client: XClient
  clock: Clock
  /** The most segments of an upload. */
  maxSegments: number
  segmentSize: SegmentSize
}

export interface SenderUpload {
  initialization: Initialization
  ledger: Ledger
  call: CallContext
  progress: Progress
}

/** Sends the segments of one upload as APPENDs. */
export interface SegmentSender {
  /** Sends a segment with the next index. */
  send(segment: Uint8Array<ArrayBuffer>): Promise<void>
  /**
   * Sends a segment that is larger than any X has accepted so far; if X refuses its size, sends it in smaller parts. No
   * other segment may be in flight, because the indices after it depend on the number of parts.
   *
   * @param remainingBytes Bytes of the file after this segment.
   */
  sendUntested(segment: Uint8Array<ArrayBuffer>, remainingBytes: number): Promise<void>
}

export function createSegmentSender(
  { initialization, ledger, call, progress }: SenderUpload,
  envelope: Envelope,
  { client, clock, maxSegments, segmentSize }: SenderOptions,
): SegmentSender {
  async function append(segment: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const startedAt = clock.now()
    const { id: mediaId } = await initialization.result()
    await ledger.plan(index, segment.length)
    const body = envelope.wrap(segment, { segment_index: String(index) })
    await client.append(mediaId, { contentType: envelope.contentType, body }, call)
    await ledger.acknowledge(index, segment.length)
    progress.sentBytes += segment.length
    call.emit({ type: 'segment', mediaId, index, bytes: segment.length, durationMs: clock.now() - startedAt })
  }

  /** Sends the segment, or as much of its start as X accepts; resolves with the number of bytes sent. */
  async function appendHalving(segment: Uint8Array<ArrayBuffer>, remainingBytes: number): Promise<number> {
    const index = progress.segments
    for (let part = segment; ; ) {
      try {
        await append(part, index)
        progress.segments = index + 1
        return part.length
      } catch (error) {
        const halved = Math.ceil(part.length / 2)
        const isTooLarge = error instanceof XMediaError && error.code === 'x_segment_too_large'
        const needed = index + Math.ceil(segment.length / halved) + Math.ceil(remainingBytes / halved)
        if (!isTooLarge || halved < MIN_HALVED_BYTES || needed > maxSegments) throw error
        call.emit({ type: 'segment_size', fromBytes: part.length, toBytes: halved })
        await ledger.shrink(index, halved)
        segmentSize.preferred = Math.min(segmentSize.preferred, halved)
        part = copyPart(segment, 0, halved)
      }
    }
  }

  /** Not counted in the memory budget: an instance learns the size that X accepts only once. */
  function copyPart(segment: Uint8Array<ArrayBuffer>, start: number, bytes: number): Uint8Array<ArrayBuffer> {
    return envelope.copyOf(segment.subarray(start, start + bytes))
  }

  return {
    send: (segment) => append(segment, progress.segments++),
    async sendUntested(segment, remainingBytes) {
      let sentBytes = await appendHalving(segment, remainingBytes)
      segmentSize.largestAccepted = Math.max(segmentSize.largestAccepted, sentBytes)
      while (sentBytes < segment.length) {
        const part = copyPart(segment, sentBytes, ledger.segmentBytes(progress.segments))
        await append(part, progress.segments++)
        sentBytes += part.length
      }
    },
  }
}
