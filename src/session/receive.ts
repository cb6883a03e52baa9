import { XMediaError } from '../errors.ts'
import { HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import type { AbortScope } from '../lib/abort-scope.ts'
import { appendAll } from '../relay/append.ts'
import { createInitialization, type Initialization } from '../relay/initialization.ts'
import type { MemoryReservation } from '../relay/memory-pool.ts'
import type { RelayOptions } from '../relay/relay.ts'
import { reportFailure } from '../relay/report-failure.ts'
import { planSegments } from '../relay/segment-plan.ts'
import type { Progress } from '../relay/segment-sender.ts'
import type { CallContext } from '../x/call.ts'
import { createCallScope } from '../x/call-scope.ts'
import { MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import { type Chunk, readChunk, readToEnd } from './chunk.ts'
import { fail } from './finish.ts'
import { keepLeaseAlive } from './heartbeat.ts'
import type { Lease } from './record.ts'
import { createSessionLedger } from './session-ledger.ts'

export interface Receiving {
  /** Of an upload whose size is known and that misses bytes. */
  lease: Lease
  chunk: Chunk
  /** Asked before INIT, as for any upload. */
  admit: UploadSource['admit']
  reservation: MemoryReservation
  context: CallContext
}

/** A client that has sent nothing for so long gives way to another request for the same upload, milliseconds. */
const SILENT_MS = 1000

export interface Received {
  /** Bytes that came, whether X has got them or not. */
  bytes: number
  /** What broke the chunk off on the client's side. */
  failure: XMediaError | undefined
}

/**
 * Sends a chunk of an upload to X, as far as its client comes with it; what X has acknowledged is on record then, however
 * it ended. Rejects with what ended it on our side or X's.
 */
export async function receiveChunk(receiving: Receiving, options: RelayOptions): Promise<Received> {
  const { lease, chunk, reservation, context } = receiving
  const { clock, concurrency, maxSegments, segmentSize } = options
  const { totalBytes = 0, offset, nextSegment, mediaId } = lease.session
  const missingBytes = totalBytes - offset
  const preferred = lease.session.segmentBytes || segmentSize.preferred
  const plan = planSegments(missingBytes, preferred, maxSegments - nextSegment)
  reservation.require(plan.minMemoryBytes)
  if (lease.session.segmentBytes === 0) await lease.advance({ ...lease.session, segmentBytes: plan.segmentBytes })

  const started = clock.now()
  const scope = createCallScope(context, clock)
  const { call } = scope
  const progress: Progress = {
    ...(mediaId === undefined ? {} : { mediaId }),
    sentBytes: offset,
    segments: nextSegment,
  }
  // A segment that X may have already must be the same again, and one with a checksum must be whole.
  const mayShrink = lease.session.planned.length === 0 && chunk.checksum === undefined
  const headBytes = Math.min(HEAD_BYTES, totalBytes, plan.segmentBytes)
  const ledger = createSessionLedger(lease, {
    ahead: concurrency,
    isProven: (bytes) => bytes <= segmentSize.largestAccepted,
  })
  const initialization = initializationOf(receiving, headBytes, { call, scope, progress }, options)
  const body = readToEnd(chunk.body)
  const stop = keepLeaseAlive(lease, clock, {
    yields: () => chunk.body.silentMs() >= SILENT_MS,
    onLost(reason) {
      chunk.body.cancel(reason)
      scope.abort(reason)
    },
  })
  let end = offset

  /** Whether what is missing behind a short segment still fits into the indices that are left. */
  function keeps(bytes: number): boolean {
    const index = progress.segments
    // What was ended on our side sends nothing more.
    if (scope.signal.aborted || end + bytes < headBytes || ledger.isFixed(index)) return false
    return index + 1 + Math.ceil((totalBytes - end - bytes) / lease.session.segmentBytes) <= maxSegments
  }

  try {
    await appendAll(
      {
        async *read(reading) {
          for await (const segment of readChunk(body, chunk, { ...reading, missingBytes, keeps })) {
            end += segment.length
            yield segment
          }
        },
        initialization,
        ledger,
        plan: { ...plan, mayShrink },
        reservation,
        call,
        scope,
        progress,
      },
      options,
    )
    await initialization.settled()
    scope.signal.throwIfAborted()
    const failure = body.failure()
    if (failure) reportFailure(failure, progress, clock.now() - started, call)
    return { bytes: chunk.body.receivedBytes(), failure }
  } catch (error) {
    const failure = scope.signal.aborted ? scope.signal.reason : error
    scope.abort(failure)
    chunk.body.cancel(failure)
    reportFailure(failure, progress, clock.now() - started, call)
    if (failure instanceof XMediaError && failure.code === 'x_rejected_media') await fail(lease, failure)
    throw failure
  } finally {
    stop()
    scope.dispose()
    // Who has lost the lease has nothing to forget.
    await ledger.close().catch(() => {})
  }
}

interface SessionInitialization extends Initialization {
  /** Resolves when INIT, if it has begun, has ended and is on record. */
  settled(): Promise<void>
}

/** INIT, if the session has not been there yet. */
function initializationOf(
  { lease, chunk, admit }: Receiving,
  headBytes: number,
  { call, scope, progress }: { call: CallContext; scope: AbortScope; progress: Progress },
  { client, clock }: RelayOptions,
): SessionInitialization {
  const { mediaId, mediaType, category, totalBytes = 0 } = lease.session
  if (mediaId !== undefined) {
    return {
      onHead() {},
      onSegment() {},
      result: async () => ({ id: mediaId, totalBytes }),
      async settled() {},
    }
  }
  let recorded: Promise<void> | undefined
  let begun = false
  const initialization = createInitialization(
    { ...lease.session, totalBytes, admit, body: chunk.body },
    {
      client,
      call,
      scope,
      onInitialized({ id, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS }) {
        progress.mediaId = id
        const expiresAt = clock.now() + expiresAfterSecs * 1000
        recorded = lease.advance({ ...lease.session, mediaId: id, expiresAt })
        recorded.catch((error: unknown) => scope.abort(error))
        call.emit({ type: 'initialized', mediaId: id, mediaType, category, totalBytes })
      },
    },
  )
  return {
    ...initialization,
    onHead(head) {
      // Too few bytes tell nothing of what the file is.
      if (head.length < headBytes) return
      begun = true
      initialization.onHead(head)
    },
    onSegment() {},
    async settled() {
      if (begun) await initialization.result()
      await recorded
    },
  }
}
