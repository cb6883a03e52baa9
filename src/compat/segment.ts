import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import type { Clock } from '../lib/clock.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { AppendOptions } from '../relay/append.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { rechunk, type SegmentMemory } from '../relay/rechunk.ts'
import { createSegmentMemory, GROWTH_FACTOR } from '../relay/segment-memory.ts'
import { MIN_HALVED_BYTES, planSingleSegment } from '../relay/segment-plan.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { EXTENDED_MAX_SEGMENTS, MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { createEnvelope, type Envelope } from '../x/multipart-envelope.ts'

/** Largest segment a client may send, bytes: X itself accepts no larger one. https://docs.x.com/x-api/media/quickstart */
const MAX_CLIENT_SEGMENT_BYTES = 8_000_000

/** A segment as the client cut it, held in memory as a whole: X must not get one that turns out to be cut short. */
export interface ClientSegment {
  bytes: Uint8Array<ArrayBuffer>
  /** The multipart body that `bytes` go to X in. Their buffer has room for it. */
  envelope: Envelope
}

const createSegmentEnvelope = () => createEnvelope({ segment_index: String(EXTENDED_MAX_SEGMENTS) })

/** Reads a segment. Memory grows with the bytes that arrive, so a slow client holds little. */
export async function receiveClientSegment(
  body: ByteReader,
  maxFileBytes: number | undefined,
  reservation: MemoryReservation,
  clock: Clock,
): Promise<ClientSegment> {
  const maxBytes = Math.min(MAX_CLIENT_SEGMENT_BYTES, Math.max(1, maxFileBytes ?? MAX_CLIENT_SEGMENT_BYTES))
  const envelope = createSegmentEnvelope()
  const plan = planSingleSegment(maxBytes)
  const memory = createSegmentMemory({ envelope, reservation, clock, plan })
  const growing: SegmentMemory = {
    ...memory,
    grow(view, wanted) {
      // A segment gets all the memory it needs, or is refused.
      const larger = Math.min(wanted, view.length * GROWTH_FACTOR)
      reservation.require(reservation.cost(envelope.bufferBytes(larger)))
      return memory.grow(view, wanted)
    },
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined
  for await (const segment of rechunk(body, { segmentBytes: () => (bytes ? 1 : maxBytes), memory: growing })) {
    if (bytes)
      throw new XMediaError('too_large', `A segment can have at most ${formatBytes(MAX_CLIENT_SEGMENT_BYTES)}.`)
    bytes = segment
  }
  return { bytes: bytes ?? new Uint8Array(0), envelope }
}

/** Characters of base64 to decode at once: whole groups of four, and few enough to need little memory. */
const DECODE_CHARACTERS = 32_768

/** Decodes a segment from valid base64. */
export function decodeClientSegment(base64: string, reservation: MemoryReservation): ClientSegment {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='))
  const length = (base64.length / 4) * 3 - padding
  const envelope = createSegmentEnvelope()
  // The body and the string parsed from it, and the bytes with their copies.
  reservation.require(2 * base64.length + reservation.cost(envelope.bufferBytes(length)))
  const bytes = envelope.allocate(length)
  for (let from = 0, at = 0; from < base64.length; from += DECODE_CHARACTERS) {
    const text = atob(base64.slice(from, from + DECODE_CHARACTERS))
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
  }
  return { bytes, envelope }
}

/**
 * How many X segments to cut each client segment of an upload into. The number is the same for all of them, so X's index
 * follows from the client's in whatever order they arrive.
 *
 * It is 1 unless the segment is larger than `preferredBytes`. Where that many parts would exceed `maxSegments`, the parts
 * are larger: up to X's limit of 5,000,000 bytes.
 */
export function partsPerSegment(
  bytes: number,
  totalBytes: number,
  maxSegments: number,
  preferredBytes: number,
): number {
  const parts = Math.ceil(bytes / preferredBytes)
  const clientSegments = Math.ceil(totalBytes / bytes)
  if (clientSegments * parts <= maxSegments) return parts
  return Math.max(1, Math.ceil(bytes / MAX_SEGMENT_BYTES))
}

/** How much of a client segment X has acknowledged. */
export interface SegmentProgress {
  sentParts: number
}

/** Where to send a client segment. */
export interface SegmentPlace {
  index: number
  parts: number
  progress: SegmentProgress
}

/** Sends a client segment as `parts` X segments, equal in size to within a byte, with X's indices from `index * parts`. */
export async function sendClientSegment(
  mediaId: string,
  { bytes, envelope }: ClientSegment,
  { index, parts: wantedParts, progress }: SegmentPlace,
  call: CallContext,
  { client, clock, segmentSize }: Pick<AppendOptions, 'client' | 'clock' | 'segmentSize'>,
): Promise<void> {
  // The last segment of a file can have fewer bytes than parts.
  const parts = Math.min(wantedParts, bytes.length)
  for (let part = 0; part < parts; part++) {
    const started = clock.now()
    const [from, to] = [part, part + 1].map((at) => Math.floor((bytes.length * at) / parts))
    const segment = parts === 1 ? bytes : envelope.copyOf(bytes.subarray(from, to))
    const xIndex = index * wantedParts + part
    const body = envelope.wrap(segment, { segment_index: String(xIndex) })
    try {
      await client.append(mediaId, { contentType: envelope.contentType, body }, call)
    } catch (error) {
      if (error instanceof XMediaError && error.code === 'x_segment_too_large') {
        const halved = Math.max(MIN_HALVED_BYTES, Math.ceil(segment.length / 2))
        segmentSize.preferred = Math.min(segmentSize.preferred, halved)
      }
      throw error
    }
    progress.sentParts++
    call.emit({ type: 'segment', mediaId, index: xIndex, bytes: segment.length, durationMs: clock.now() - started })
  }
}
