import { XMediaError } from '../errors.ts'
import type { UploadSource } from '../ingress/upload-source.ts'
import { createAbortScope, deadlineExceeded, isClientGone } from '../lib/abort-scope.ts'
import type { CallContext } from '../x/call.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { withAltText } from './alt-text.ts'
import { type AppendOptions, appendAll, type Progress, type UploadInProgress } from './append.ts'
import { readBody } from './counted-body.ts'
import { createInitialization } from './initialization.ts'
import type { Memory, MemoryReservation } from './memory.ts'
import { fitsOneShot, sendOneShot } from './one-shot.ts'
import { createPassingLedger } from './segment-ledger.ts'
import { planSegments, planWhole, type SegmentPlan } from './segment-plan.ts'

export interface RelayOptions extends AppendOptions {
  /** Images up to this many bytes go in one call. */
  oneShotBytes: number
  /** What the segments of all uploads are held in. */
  memory: Memory
}

/**
 * Sends one upload to X: INIT → APPEND × n → FINALIZE, or a small image in one call.
 *
 * FINALIZE runs only after the body ended cleanly, its bytes add up to `totalBytes` and every APPEND was acknowledged.
 * Whatever ends the upload early also ends its reads, its pauses and its calls in flight.
 */
export async function relay(
  upload: UploadSource,
  reservation: MemoryReservation,
  context: CallContext,
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { clock, client } = options
  const source = settleSize(upload, options.segmentSize.preferred)
  const started = clock.now()
  const { signal: parent, deadline = Number.POSITIVE_INFINITY } = context
  const scope = createAbortScope(clock, { parent, timeoutMs: deadline - started, timeoutError: deadlineExceeded })
  const call: CallContext = { ...context, signal: scope.signal }
  const progress: Progress = { sentBytes: 0, segments: 0 }
  const elapsed = () => clock.now() - started
  try {
    const oneShot = fitsOneShot(source, options.oneShotBytes)
    const plan = planFor(source, oneShot, options)
    reservation.require(plan.floorBytes)
    const answer = oneShot
      ? await sendOneShot(source, { client, clock, plan, reservation, call })
      : await sendSegments({ source, plan, reservation, call, scope, progress }, options)
    const mediaId = answer.data.id
    const bytes = source.totalBytes ?? progress.sentBytes
    call.emit({ type: 'finalized', mediaId, bytes, segments: progress.segments, durationMs: elapsed() })
    const described = { ...answer, data: { ...answer.data, size: answer.data.size ?? bytes } }
    return await withAltText(described, source.altText, call, client)
  } catch (error) {
    const failure = scope.signal.aborted ? scope.signal.reason : error
    scope.abort(failure)
    source.body.cancel(failure)
    report(failure, progress, elapsed(), call)
    throw failure
  } finally {
    scope.release()
  }
}

/** A file whose size is not said for sure is held whole and counted, if it fits into one segment. */
function settleSize(source: UploadSource, segmentBytes: number): UploadSource {
  const maxTotalBytes = source.totalBytes === undefined ? segmentBytes : source.maxTotalBytes
  if (maxTotalBytes === undefined || maxTotalBytes > segmentBytes) return source
  return { ...source, totalBytes: undefined, maxTotalBytes }
}

function planFor(source: UploadSource, oneShot: boolean, { segmentSize, maxSegments }: RelayOptions): SegmentPlan {
  if (source.totalBytes === undefined) return planWhole(source.maxTotalBytes ?? segmentSize.preferred)
  if (oneShot) return planWhole(source.totalBytes)
  return planSegments(source.totalBytes, segmentSize.preferred, maxSegments)
}

async function sendSegments(
  { source, ...sending }: Omit<UploadInProgress, 'initialization' | 'read' | 'ledger'> & { source: UploadSource },
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { call, scope, progress, plan } = sending
  const { mediaType, category } = source
  const initialization = createInitialization(source, {
    client: options.client,
    call,
    scope,
    onInitialized({ id: mediaId, totalBytes }) {
      progress.mediaId = mediaId
      call.emit({ type: 'initialized', mediaId, mediaType, category, totalBytes })
    },
  })
  const { body, totalBytes } = source
  const read: UploadInProgress['read'] = (reading) => readBody(body, { ...reading, totalBytes })
  await appendAll({ ...sending, initialization, read, ledger: createPassingLedger(plan.bytes) }, options)
  const { totalBytes: _, ...media } = await initialization.media()
  const answer = await options.client.finalize(media.id, category, call)
  // FINALIZE may answer with an empty body: what INIT said still holds.
  return { ...answer, data: { ...media, ...answer.data } }
}

/** Tells of an upload, or a chunk of one, that ended early. */
export function report(failure: unknown, progress: Progress, durationMs: number, { emit }: CallContext): void {
  const where = { ...(progress.mediaId === undefined ? {} : { mediaId: progress.mediaId }), bytes: progress.sentBytes }
  const code = failure instanceof XMediaError ? failure.code : 'app_error'
  if (isClientGone(failure)) emit({ type: 'aborted', ...where, durationMs })
  else emit({ type: 'failed', code, ...where, durationMs })
}
