import type { UploadSource } from '../ingress/upload-source.ts'
import { createCallScope } from '../x/call-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { setAltText } from './alt-text.ts'
import { type AppendOptions, appendAll, type UploadInProgress } from './append.ts'
import { createInitialization } from './initialization.ts'
import type { MemoryPool, MemoryReservation } from './memory-pool.ts'
import { fitsOneShot, sendOneShot } from './one-shot.ts'
import { readSegments } from './read-segments.ts'
import { reportFailure } from './report-failure.ts'
import { createTransientLedger } from './segment-ledger.ts'
import { planSegments, planSingleSegment, type SegmentPlan } from './segment-plan.ts'
import type { Progress } from './segment-sender.ts'

export interface RelayOptions extends AppendOptions {
  /** Images up to this many bytes go in one call. */
  oneShotBytes: number
  /** The memory for the segments of all uploads. */
  memory: MemoryPool
}

/**
 * Sends one upload to X: as INIT, APPENDs and FINALIZE, or, for a small image, in one call.
 *
 * FINALIZE is sent only after the body has ended, its bytes add up to `totalBytes`, and X has acknowledged every APPEND.
 * When the upload ends early, for whatever reason, its reads, pauses and calls in flight end with it.
 */
export async function relay(
  upload: UploadSource,
  reservation: MemoryReservation,
  context: CallContext,
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { clock, client } = options
  const source = withoutUncertainSize(upload, options.segmentSize.preferred)
  const startedAt = clock.now()
  const scope = createCallScope(context, clock)
  const { call } = scope
  const progress: Progress = { sentBytes: 0, segments: 0 }
  const elapsedMs = () => clock.now() - startedAt
  try {
    const isOneShot = fitsOneShot(source, options.oneShotBytes)
    const plan = planFor(source, isOneShot, options)
    reservation.require(plan.minMemoryBytes)
    const answer = isOneShot
      ? await sendOneShot(source, { client, clock, plan, reservation, call })
      : await sendSegments({ source, plan, reservation, call, scope, progress }, options)
    const mediaId = answer.data.id
    const bytes = source.totalBytes ?? progress.sentBytes
    call.emit({ type: 'finalized', mediaId, bytes, segments: progress.segments, durationMs: elapsedMs() })
    const sized = { ...answer, data: { ...answer.data, size: answer.data.size ?? bytes } }
    return await setAltText(sized, source.altText, call, client)
  } catch (error) {
    const failure = scope.signal.aborted ? scope.signal.reason : error
    scope.abort(failure)
    source.body.cancel(failure)
    reportFailure(failure, progress, elapsedMs(), call)
    throw failure
  } finally {
    scope.dispose()
  }
}

/** Removes a size that is not certain if the file fits into one segment: it is then held whole, and its bytes counted. */
function withoutUncertainSize(source: UploadSource, segmentBytes: number): UploadSource {
  const maxTotalBytes = source.totalBytes === undefined ? segmentBytes : source.maxTotalBytes
  if (maxTotalBytes === undefined || maxTotalBytes > segmentBytes) return source
  return { ...source, totalBytes: undefined, maxTotalBytes }
}

function planFor(source: UploadSource, isOneShot: boolean, { segmentSize, maxSegments }: RelayOptions): SegmentPlan {
  if (source.totalBytes === undefined) return planSingleSegment(source.maxTotalBytes ?? segmentSize.preferred)
  if (isOneShot) return planSingleSegment(source.totalBytes)
  return planSegments(source.totalBytes, segmentSize.preferred, maxSegments)
}

async function sendSegments(
  { source, ...upload }: Omit<UploadInProgress, 'initialization' | 'read' | 'ledger'> & { source: UploadSource },
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { call, scope, progress, plan } = upload
  const { body, totalBytes, mediaType, category } = source
  const initialization = createInitialization(source, {
    client: options.client,
    call,
    scope,
    onInitialized({ id: mediaId, totalBytes }) {
      progress.mediaId = mediaId
      call.emit({ type: 'initialized', mediaId, mediaType, category, totalBytes })
    },
  })
  const read: UploadInProgress['read'] = (segmentOptions) => readSegments(body, { ...segmentOptions, totalBytes })
  const ledger = createTransientLedger(plan.segmentBytes)
  await appendAll({ ...upload, initialization, read, ledger }, options)
  const { totalBytes: _, ...media } = await initialization.result()
  const answer = await options.client.finalize(media.id, category, call)
  // FINALIZE may return an empty body; what INIT returned is still valid.
  return { ...answer, data: { ...media, ...answer.data } }
}
