import type { XMediaError } from '../errors.ts'
import type { BeginInspection, MediaInspection } from '../ingress/media-check.ts'
import type { DeclaredMedia } from '../ingress/media-type.ts'
import { HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import { appendAll, type UploadInProgress } from '../relay/append.ts'
import { createInitialization, type Initialization } from '../relay/initialization.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import type { RelayOptions } from '../relay/relay.ts'
import { reportFailure } from '../relay/report-failure.ts'
import { planSegments, type SegmentPlan } from '../relay/segment-plan.ts'
import type { Progress } from '../relay/segment-sender.ts'
import { type CallScope, createCallScope } from '../x/call-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import { isRejectedByX } from '../x/failure.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import { type Chunk, endOnFailure, readChunk, type TolerantReader } from './chunk.ts'
import { markFailed } from './finish.ts'
import { keepLeaseAlive } from './heartbeat.ts'
import type { Lease } from './lease.ts'
import type { Session } from './record.ts'
import { createSessionLedger, type SessionLedger } from './session-ledger.ts'

/** A chunk on its way to X. */
export interface IncomingChunk {
  /** Of an upload whose size is known, and which still needs bytes. */
  lease: Lease
  declared: DeclaredMedia
  chunk: Chunk
  /** Runs before INIT, as for any upload. */
  admit: UploadSource['admit']
  beginInspection: BeginInspection | undefined
  reservation: MemoryReservation
  context: CallContext
}

export interface ReceivedChunk {
  /** Bytes that arrived, whether X has them or not. */
  bytes: number
  /** The error that broke off the chunk on the client's side. */
  failure: XMediaError | undefined
}

/** How long a client may send nothing before it loses the upload to another request, in milliseconds. */
const STALLED_MS = 1000

/**
 * Sends a chunk to X, as far as it arrives. However it ends, the session then has all that X acknowledged. Rejects when
 * it failed on our side or on X's.
 */
export async function receiveChunk(incoming: IncomingChunk, options: RelayOptions): Promise<ReceivedChunk> {
  const { lease, chunk, reservation, context } = incoming
  const { clock, concurrency, segmentSize } = options
  const plan = planRest(lease.session, options)
  reservation.require(reservation.cost(plan.minBufferBytes))
  if (lease.session.segmentBytes === 0) await lease.update({ segmentBytes: plan.segmentBytes })

  const { totalBytes = 0 } = lease.session
  const startedAt = clock.now()
  const scope = createCallScope(context, clock)
  const { call } = scope
  const progress = progressOf(lease.session)
  // A segment that X may already have must be the same again, and one with a checksum must be complete.
  const mayShrink = lease.session.planned.length === 0 && chunk.checksum === undefined
  const headBytes = Math.min(HEAD_BYTES, totalBytes, plan.segmentBytes)
  const isAccepted = (bytes: number) => bytes <= segmentSize.largestAccepted
  const inspection = incoming.beginInspection?.(lease.session, call.emit)
  const inspectionAt = (offset: number) => inspection?.savedAt(offset)
  const ledger = createSessionLedger(lease, { segmentsAhead: concurrency, isAccepted, inspectionAt })
  const initialization = initializationFor(incoming, { headBytes, scope, progress, inspection }, options)
  const body = endOnFailure(chunk.body)
  const read = segmentsOf(incoming, body, { headBytes, ledger, progress, scope }, options)
  const stopHeartbeat = keepLeaseAlive(lease, clock, {
    givesWay: () => chunk.body.silentMs() >= STALLED_MS,
    onLost(reason) {
      chunk.body.cancel(reason)
      scope.abort(reason)
    },
  })

  try {
    const upload = { read, initialization, ledger, plan: { ...plan, mayShrink }, reservation, call, scope, progress }
    await appendAll(upload, options)
    await initialization.settled()
    scope.signal.throwIfAborted()
    const failure = body.failure()
    if (failure) reportFailure(failure, progress, clock.now() - startedAt, call)
    return { bytes: chunk.body.receivedBytes(), failure }
  } catch (error) {
    const failure = scope.signal.aborted ? scope.signal.reason : error
    scope.abort(failure)
    chunk.body.cancel(failure)
    reportFailure(failure, progress, clock.now() - startedAt, call)
    if (isRejectedByX(failure)) await markFailed(lease, failure)
    throw failure
  } finally {
    stopHeartbeat()
    scope.dispose()
    // When the lease is lost, the ledger is no longer ours to close.
    await ledger.close().catch(() => {})
  }
}

/** Plans the segments of all bytes that the upload still needs. */
function planRest(
  { totalBytes = 0, offset, nextSegment, segmentBytes }: Session,
  { maxSegments, segmentSize }: RelayOptions,
): SegmentPlan {
  return planSegments(totalBytes - offset, segmentBytes || segmentSize.preferred, maxSegments - nextSegment)
}

function progressOf({ mediaId, offset, nextSegment }: Session): Progress {
  return { ...(mediaId === undefined ? {} : { mediaId }), sentBytes: offset, segments: nextSegment }
}

interface ChunkState {
  /** Bytes that tell the type of the file: fewer are not sent first. */
  headBytes: number
  ledger: SessionLedger
  progress: Progress
  scope: CallScope
}

/** Reads the segments of a chunk. */
function segmentsOf(
  { lease, chunk }: IncomingChunk,
  body: TolerantReader,
  { headBytes, ledger, progress, scope }: ChunkState,
  { maxSegments }: RelayOptions,
): UploadInProgress['read'] {
  const { totalBytes = 0, offset } = lease.session
  let end = offset

  /** Whether a short segment tells the file's type if it is the first, and leaves enough indices for the rest. */
  function maySendShort(bytes: number): boolean {
    const index = progress.segments
    if (scope.signal.aborted || end + bytes < headBytes || ledger.mayHaveBeenSent(index)) return false
    return index + 1 + Math.ceil((totalBytes - end - bytes) / lease.session.segmentBytes) <= maxSegments
  }

  return async function* read(options) {
    const missingBytes = totalBytes - offset
    for await (const segment of readChunk(body, chunk, { ...options, missingBytes, maySendShort })) {
      end += segment.length
      yield segment
    }
  }
}

interface InitializationState extends Pick<ChunkState, 'headBytes' | 'scope' | 'progress'> {
  inspection: MediaInspection | undefined
}

interface SessionInitialization extends Initialization {
  /** Resolves when INIT, if it has started, has ended and the session has its result. */
  settled(): Promise<void>
}

/** INIT for the first chunk of an upload; for a later one, the media that INIT opened. */
function initializationFor(
  { lease, declared, chunk, admit }: IncomingChunk,
  { headBytes, scope, progress, inspection }: InitializationState,
  { client, clock }: RelayOptions,
): SessionInitialization {
  const { mediaId, totalBytes = 0 } = lease.session
  const { call } = scope
  if (mediaId !== undefined) {
    const onSegment = (segment: Uint8Array) => inspection?.push(segment)
    return { onHead() {}, onSegment, result: async () => ({ mediaId, totalBytes }), async settled() {} }
  }
  let stored: Promise<void> | undefined
  const initialization = createInitialization(
    { declared: () => declared, requested: () => lease.session, totalBytes, admit, body: chunk.body },
    {
      client,
      call,
      scope,
      inspection,
      onInitialized({ data, ...media }) {
        const { expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = data
        const expiresAt = clock.now() + expiresAfterSecs * 1000
        progress.mediaId = media.mediaId
        stored = lease.update({ mediaId: media.mediaId, category: media.category, expiresAt })
        stored.catch((error: unknown) => scope.abort(error))
        call.emit({ type: 'initialized', ...media })
      },
    },
  )
  return {
    ...initialization,
    onHead(head) {
      // Fewer bytes do not tell the type of the file.
      if (head.length >= headBytes) initialization.onHead(head)
    },
    async settled() {
      await initialization.settled()
      await stored
    },
  }
}
