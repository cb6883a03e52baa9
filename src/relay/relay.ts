import { XMediaError } from '../errors.ts'
import type { UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import type { XClient } from '../x/client.ts'
import type { Clock } from '../x/clock.ts'
import { createEnvelope } from '../x/envelope.ts'
import { MAX_SEGMENTS } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media.ts'
import { MIN_SEGMENT_BYTES, planSegmentBytes } from './plan.ts'
import { rechunk } from './rechunk.ts'
import { createWindow } from './window.ts'

export interface RelayOptions {
  client: XClient
  clock: Clock
  /** APPENDs in flight at once. */
  concurrency: number
  /** What this instance knows of the segment size X takes; learnt anew when X refuses one. */
  segmentSize: SegmentSize
}

/** The segment size of an instance, shared by all its uploads. */
export interface SegmentSize {
  /** Bytes to begin with. */
  preferred: number
  /** The largest size X has taken so far: an upload with larger segments sends its first one alone. */
  proven: number
}

/**
 * Sends one upload to X: INIT → APPEND × n → FINALIZE.
 *
 * FINALIZE runs only after the body ended cleanly, its bytes add up to `totalBytes` and every APPEND was acknowledged.
 * Whatever ends the upload early also ends its reads, its pauses and its APPENDs in flight.
 */
export async function relay(source: UploadSource, context: CallContext, options: RelayOptions): Promise<XMediaAnswer> {
  const { client, clock, segmentSize } = options
  const started = clock.now()
  const ending = new AbortController()
  const onAbort = () => ending.abort(clientClosed(context.signal?.reason))
  if (context.signal?.aborted) onAbort()
  context.signal?.addEventListener('abort', onAbort, { once: true })
  const call: CallContext = { ...context, signal: ending.signal }
  const progress: Progress = { sentBytes: 0, segments: 0 }
  try {
    const planned = planSegmentBytes(source.totalBytes, segmentSize.preferred)
    const { data } = await client.initialize(source, call)
    progress.mediaId = data.id
    const { mediaType, category, totalBytes } = source
    call.emit({ type: 'initialized', mediaId: data.id, mediaType, category, totalBytes })

    await appendAll(source, data.id, planned, progress, call, ending, options)

    const answer = await client.finalize(data.id, category, call)
    const { sentBytes: bytes, segments } = progress
    call.emit({ type: 'finalized', mediaId: data.id, bytes, segments, durationMs: clock.now() - started })
    // FINALIZE may answer with an empty body: what INIT said still holds.
    return { ...answer, data: { ...data, size: bytes, ...answer.data } }
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error
    ending.abort(failure)
    source.body.cancel(failure).catch(() => {})
    throw reported(failure, progress, clock.now() - started, call)
  } finally {
    context.signal?.removeEventListener('abort', onAbort)
  }
}

interface Progress {
  mediaId?: string
  sentBytes: number
  segments: number
}

async function appendAll(
  source: UploadSource,
  mediaId: string,
  planned: number,
  progress: Progress,
  call: CallContext,
  ending: AbortController,
  { client, clock, concurrency, segmentSize }: RelayOptions,
): Promise<void> {
  const { totalBytes } = source
  const envelope = createEnvelope()
  const window = createWindow(concurrency, (error) => ending.abort(error))
  let segmentBytes = planned
  let readBytes = 0

  async function append(segment: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const started = clock.now()
    await client.append(mediaId, envelope.contentType, envelope.wrap(segment, index), call)
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
        if (!tooLarge || halved < MIN_SEGMENT_BYTES || Math.ceil(totalBytes / halved) > MAX_SEGMENTS) throw error
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

  const segments = rechunk(source.body, {
    // After the last declared byte one more is asked for, which tells a longer body from one that ends.
    segmentBytes: () => Math.min(segmentBytes, Math.max(1, totalBytes - readBytes)),
    allocate: envelope.allocate,
    signal: ending.signal,
  })
  try {
    for await (const segment of untrusted(segments)) {
      readBytes += segment.length
      if (readBytes > totalBytes) {
        throw new XMediaError('body_too_long', `The body has more than the ${totalBytes} bytes that were declared.`)
      }
      await window.room()
      if (progress.segments === 0 && segment.length > segmentSize.proven) await appendFirst(segment)
      else window.start(() => append(segment, progress.segments++))
    }
    if (readBytes < totalBytes) {
      throw new XMediaError('body_too_short', `The body ended after ${readBytes} of ${totalBytes} declared bytes.`)
    }
    await window.drain()
  } catch (error) {
    ending.abort(error)
    await window.settled()
    throw error
  }
}

/** A source that fails is a client that went away, whatever the runtime calls it. */
async function* untrusted<T>(segments: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  try {
    yield* segments
  } catch (error) {
    if (error instanceof XMediaError) throw error
    throw new XMediaError('body_incomplete', 'The connection ended before the body was complete.', { cause: error })
  }
}

function clientClosed(reason: unknown): XMediaError {
  if (reason instanceof XMediaError) return reason
  // Node gives a string as the reason of an aborted request.
  return new XMediaError('client_closed', 'The client closed the connection before the upload was done.', {
    cause: reason,
  })
}

const GONE: readonly string[] = ['client_closed', 'body_incomplete']

function reported(failure: unknown, progress: Progress, durationMs: number, { emit }: CallContext): unknown {
  const where = { ...(progress.mediaId === undefined ? {} : { mediaId: progress.mediaId }), bytes: progress.sentBytes }
  if (failure instanceof XMediaError && !GONE.includes(failure.code)) {
    emit({ type: 'failed', code: failure.code, ...where, durationMs })
    return failure
  }
  emit({ type: 'aborted', ...where, durationMs })
  return failure
}
