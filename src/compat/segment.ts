import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import type { Clock } from '../lib/clock.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { AppendOptions } from '../relay/append.ts'
import { SLACK_BYTES } from '../relay/buffer-pool.ts'
import { COPIES_PER_BYTE, type MemoryReservation } from '../relay/memory-pool.ts'
import { rechunk, type SegmentMemory } from '../relay/rechunk.ts'
import { createSegmentMemory, GROWTH_FACTOR } from '../relay/segment-memory.ts'
import { MIN_HALVED_BYTES, planSingleSegment } from '../relay/segment-plan.ts'
import type { CallContext } from '../x/call.ts'
import { createEnvelope, type Envelope } from '../x/envelope.ts'
import { MAX_SEGMENT_BYTES, MAX_SEGMENTS } from '../x/limits.ts'

/** Bytes of a segment that a client cut itself: X's server takes no larger one. https://docs.x.com/x-api/media/quickstart */
const MAX_CLIENT_SEGMENT_BYTES = 8_000_000

/** A segment of a client's own, held whole: only its end tells that it is one. */
export interface ClientSegment {
  bytes: Uint8Array<ArrayBuffer>
  /** What the bytes have room around for. */
  envelope: Envelope
}

const createSegmentEnvelope = () => createEnvelope({ segment_index: String(MAX_SEGMENTS) })

/** Reads a segment as it comes; a slow client holds as much memory as has arrived. */
export async function receiveClientSegment(
  body: ByteReader,
  atMostBytes: number | undefined,
  { reservation, clock, signal }: { reservation: MemoryReservation; clock: Clock; signal: AbortSignal | undefined },
): Promise<ClientSegment> {
  const maxBytes = Math.min(MAX_CLIENT_SEGMENT_BYTES, Math.max(1, atMostBytes ?? MAX_CLIENT_SEGMENT_BYTES))
  const envelope = createSegmentEnvelope()
  const plan = planSingleSegment(maxBytes)
  const memory = createSegmentMemory({ envelope, reservation, clock, plan })
  const growing: SegmentMemory = {
    ...memory,
    grow(view, wanted) {
      // It cannot end early: it has what it needs, or is refused. Both views are there while one is copied.
      const larger = Math.min(wanted, view.length * GROWTH_FACTOR)
      const bothBytes = envelope.bufferBytes(view.length) + envelope.bufferBytes(larger)
      reservation.require(COPIES_PER_BYTE * bothBytes + SLACK_BYTES)
      return memory.grow(view, wanted)
    },
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined
  for await (const segment of rechunk(body, { segmentBytes: () => (bytes ? 1 : maxBytes), memory: growing, signal })) {
    if (bytes)
      throw new XMediaError('too_large', `A segment can have at most ${formatBytes(MAX_CLIENT_SEGMENT_BYTES)}.`)
    bytes = segment
  }
  return { bytes: bytes ?? new Uint8Array(0), envelope }
}

/** A segment out of base64. */
export function decodeClientSegment(base64: string, reservation: MemoryReservation): ClientSegment {
  const text = atob(base64)
  const envelope = createSegmentEnvelope()
  // The text as it came and as JSON, what it decodes to, and the bytes.
  reservation.require(2 * base64.length + text.length + COPIES_PER_BYTE * text.length)
  const bytes = envelope.allocate(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return { bytes, envelope }
}

/**
 * How many of X's segments a client's has: as many for each of an upload, so that the client's index tells X's whatever
 * comes first. One, unless X may refuse it for its size; segments of 5,000,000 bytes go as they are where the indices would
 * not reach otherwise.
 */
export function partsOf(bytes: number, totalBytes: number, maxSegments: number, preferredBytes: number): number {
  const parts = Math.ceil(bytes / preferredBytes)
  const clientSegments = Math.ceil(totalBytes / bytes)
  if (clientSegments * parts <= maxSegments) return parts
  return Math.max(1, Math.ceil(bytes / MAX_SEGMENT_BYTES))
}

/** Sends a client's segment as `parts` of X's, of one size within a byte, from index `index * parts` on. */
export async function sendClientSegment(
  mediaId: string,
  { bytes, envelope }: ClientSegment,
  { index, parts: most }: { index: number; parts: number },
  call: CallContext,
  { client, clock, segmentSize }: Pick<AppendOptions, 'client' | 'clock' | 'segmentSize'>,
): Promise<void> {
  // Fewer bytes than parts are at the end of a file, if anywhere.
  const parts = Math.min(most, bytes.length)
  for (let part = 0; part < parts; part++) {
    const started = clock.now()
    const [from, to] = [part, part + 1].map((at) => Math.floor((bytes.length * at) / parts))
    const segment = parts === 1 ? bytes : envelope.copyOf(bytes.subarray(from, to))
    const xIndex = index * most + part
    const body = envelope.wrap(segment, { segment_index: String(xIndex) })
    try {
      await client.append(mediaId, { contentType: envelope.contentType, body }, call)
    } catch (error) {
      if (error instanceof XMediaError && error.code === 'x_segment_too_large') {
        segmentSize.preferred = Math.min(
          segmentSize.preferred,
          Math.max(MIN_HALVED_BYTES, Math.ceil(segment.length / 2)),
        )
      }
      throw error
    }
    call.emit({ type: 'segment', mediaId, index: xIndex, bytes: segment.length, durationMs: clock.now() - started })
  }
}
