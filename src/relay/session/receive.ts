import { XMediaError } from '../../errors.ts'
import { HEAD_BYTES, type UploadSource } from '../../ingress/source.ts'
import type { Lease } from '../../store/sessions.ts'
import type { CallContext } from '../../x/call.ts'
import { createEnding, deadlineExceeded, type Ending } from '../../x/ending.ts'
import { MEDIA_EXPIRY_SECS } from '../../x/limits.ts'
import { appendAll, type Progress } from '../append.ts'
import type { Allotment } from '../memory.ts'
import { createOpening, type Opening } from '../opening.ts'
import { planSegments } from '../plan.ts'
import { type RelayOptions, report } from '../relay.ts'
import { fail } from './finish.ts'
import { keepLease } from './keep-lease.ts'
import { type Piece, readPiece, readToEnd } from './piece.ts'
import { createSessionLedger } from './session-ledger.ts'

export interface Receiving {
  /** Of an upload whose size is known and that misses bytes. */
  lease: Lease
  piece: Piece
  /** Asked before INIT, as for any upload. */
  check: UploadSource['check']
  allotment: Allotment
  context: CallContext
}

/** A client that has sent nothing for so long gives way to another request for the same upload, milliseconds. */
const SILENT_MS = 1000

export interface Received {
  /** Bytes that came, whether X has got them or not. */
  bytes: number
  /** What broke the piece off on the client's side. */
  failure: XMediaError | undefined
}

/**
 * Sends a piece of an upload to X, as far as its client comes with it; what X has acknowledged is on record then, however
 * it ended. Rejects with what ended it on our side or X's.
 */
export async function receivePiece(receiving: Receiving, options: RelayOptions): Promise<Received> {
  const { lease, piece, allotment, context } = receiving
  const { clock, concurrency, maxSegments, segmentSize } = options
  const { totalBytes = 0, offset, nextSegment, mediaId } = lease.session
  const missingBytes = totalBytes - offset
  const preferred = lease.session.segmentBytes || segmentSize.preferred
  const plan = planSegments(missingBytes, preferred, maxSegments - nextSegment)
  allotment.raise(plan.floorBytes)
  if (lease.session.segmentBytes === 0) await lease.advance({ ...lease.session, segmentBytes: plan.bytes })

  const started = clock.now()
  const { signal: parent, deadline = Number.POSITIVE_INFINITY } = context
  const ending = createEnding(clock, { parent, afterMs: deadline - started, because: deadlineExceeded })
  const call: CallContext = { ...context, signal: ending.signal }
  const progress: Progress = {
    ...(mediaId === undefined ? {} : { mediaId }),
    sentBytes: offset,
    segments: nextSegment,
  }
  // A segment that X may have already must be the same again, and one with a checksum must be whole.
  const whole = lease.session.planned.length > 0 || piece.checksum !== undefined
  const headBytes = Math.min(HEAD_BYTES, totalBytes, plan.bytes)
  const ledger = createSessionLedger(lease, {
    ahead: concurrency,
    isProven: (bytes) => bytes <= segmentSize.proven,
  })
  const opening = openingOf(receiving, headBytes, { call, ending, progress }, options)
  const body = readToEnd(piece.body)
  const stop = keepLease(lease, clock, {
    yields: () => piece.body.silentMs() >= SILENT_MS,
    onLost(reason) {
      piece.body.cancel(reason)
      ending.end(reason)
    },
  })
  let end = offset

  /** Whether what is missing behind a short segment still fits into the indices that are left. */
  function keeps(bytes: number): boolean {
    const index = progress.segments
    // What was ended on our side sends nothing more.
    if (ending.signal.aborted || end + bytes < headBytes || ledger.isFixed(index)) return false
    return index + 1 + Math.ceil((totalBytes - end - bytes) / lease.session.segmentBytes) <= maxSegments
  }

  try {
    await appendAll(
      {
        async *read(reading) {
          for await (const segment of readPiece(body, piece, { ...reading, missingBytes, keeps })) {
            end += segment.length
            yield segment
          }
        },
        opening,
        ledger,
        plan: { ...plan, whole },
        allotment,
        call,
        ending,
        progress,
      },
      options,
    )
    await opening.settled()
    ending.signal.throwIfAborted()
    const failure = body.failure()
    if (failure) report(failure, progress, clock.now() - started, call)
    return { bytes: piece.body.receivedBytes(), failure }
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error
    ending.end(failure)
    piece.body.cancel(failure)
    report(failure, progress, clock.now() - started, call)
    if (failure instanceof XMediaError && failure.code === 'x_rejected_media') await fail(lease, failure)
    throw failure
  } finally {
    stop()
    ending.release()
    // Who has lost the lease has nothing to forget.
    await ledger.close().catch(() => {})
  }
}

interface SessionOpening extends Opening {
  /** Resolves when INIT, if it has begun, has ended and is on record. */
  settled(): Promise<void>
}

/** INIT, if the session has not been there yet. */
function openingOf(
  { lease, piece, check }: Receiving,
  headBytes: number,
  { call, ending, progress }: { call: CallContext; ending: Ending; progress: Progress },
  { client, clock }: RelayOptions,
): SessionOpening {
  const { mediaId, mediaType, category, totalBytes = 0 } = lease.session
  if (mediaId !== undefined) {
    return {
      onHead() {},
      onWhole() {},
      media: async () => ({ id: mediaId, totalBytes }),
      async settled() {},
    }
  }
  let recorded: Promise<void> | undefined
  let begun = false
  const opening = createOpening(
    { ...lease.session, totalBytes, check, body: piece.body },
    {
      client,
      call,
      ending,
      onOpened({ id, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS }) {
        progress.mediaId = id
        const expiresAt = clock.now() + expiresAfterSecs * 1000
        recorded = lease.advance({ ...lease.session, mediaId: id, expiresAt })
        recorded.catch((error: unknown) => ending.end(error))
        call.emit({ type: 'initialized', mediaId: id, mediaType, category, totalBytes })
      },
    },
  )
  return {
    ...opening,
    onHead(head) {
      // Too few bytes tell nothing of what the file is.
      if (head.length < headBytes) return
      begun = true
      opening.onHead(head)
    },
    onWhole() {},
    async settled() {
      if (begun) await opening.media()
      await recorded
    },
  }
}
