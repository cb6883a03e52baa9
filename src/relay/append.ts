import { XMediaError } from '../errors.ts'
import type { UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import type { XClient } from '../x/client.ts'
import type { Clock } from '../x/clock.ts'
import type { Ending } from '../x/ending.ts'
import { createEnvelope } from '../x/envelope.ts'
import { MAX_SEGMENTS } from '../x/limits.ts'
import { readBody } from './body.ts'
import { MIN_SEGMENT_BYTES, planSegmentBytes } from './plan.ts'
import { createWindow } from './window.ts'

/** The segment size of an instance, shared by all its uploads. */
export interface SegmentSize {
  /** Bytes to begin with. */
  preferred: number
  /** The largest size X has taken so far: an upload with larger segments sends its first one alone. */
  proven: number
}

export interface AppendOptions {
  client: XClient
  clock: Clock
  /** APPENDs in flight at once. */
  concurrency: number
  /** What this instance knows of the segment size X takes; learnt anew when X refuses one. */
  segmentSize: SegmentSize
}

/** How far an upload has come: the bytes X has acknowledged, and the segments numbered so far. */
export interface Progress {
  mediaId?: string
  sentBytes: number
  segments: number
}

/** Sends a whole body as numbered segments, some at once; resolves when X has acknowledged every one of them. */
export async function appendAll(
  { body, totalBytes }: UploadSource,
  mediaId: string,
  progress: Progress,
  call: CallContext,
  ending: Ending,
  { client, clock, concurrency, segmentSize }: AppendOptions,
): Promise<void> {
  const envelope = createEnvelope({ segment_index: String(MAX_SEGMENTS) })
  const window = createWindow(concurrency, (error) => ending.end(error))
  let segmentBytes = planSegmentBytes(totalBytes, segmentSize.preferred)

  async function append(segment: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const started = clock.now()
    const multipart = envelope.wrap(segment, { segment_index: String(index) })
    await client.append(mediaId, { contentType: envelope.contentType, body: multipart }, call)
    envelope.release(segment)
    progress.sentBytes += segment.length
    const durationMs = clock.now() - started
    call.emit({ type: 'segment', mediaId, index, bytes: segment.length, durationMs })
  }

  /** Nothing else is numbered yet, so a refused segment may be cut into smaller ones. */
  async function appendFirst(segment: Uint8Array<ArrayBuffer>): Promise<void> {
    let part = segment
    for (;;) {
      try {
        await append(part, 0)
        break
      } catch (error) {
        const halved = Math.ceil(part.length / 2)
        const tooLarge = error instanceof XMediaError && error.code === 'x_segment_too_large'
        const needed = Math.ceil(segment.length / halved) + Math.ceil((totalBytes - segment.length) / halved)
        if (!tooLarge || halved < MIN_SEGMENT_BYTES || needed > MAX_SEGMENTS) throw error
        call.emit({ type: 'segment_size', fromBytes: part.length, toBytes: halved })
        segmentBytes = halved
        segmentSize.preferred = Math.min(segmentSize.preferred, halved)
        part = envelope.copy(segment, 0, halved)
      }
    }
    progress.segments = 1
    segmentSize.proven = Math.max(segmentSize.proven, part.length)
    for (let offset = part.length; offset < segment.length; offset += segmentBytes) {
      await append(envelope.copy(segment, offset, segmentBytes), progress.segments++)
    }
  }

  const { allocate } = envelope
  try {
    const segments = readBody(body, { segmentBytes: () => segmentBytes, totalBytes, allocate, signal: ending.signal })
    for await (const segment of segments) {
      await window.room()
      if (progress.segments === 0 && segment.length > segmentSize.proven) await appendFirst(segment)
      else window.start(() => append(segment, progress.segments++))
    }
    await window.drain()
  } catch (error) {
    ending.end(error)
    await window.settled()
    throw error
  }
}
