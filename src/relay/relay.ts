import type { MediaInspection } from '../ingress/media-check.ts'
import type { UploadSource } from '../ingress/upload-source.ts'
import { abortable } from '../lib/abort-scope.ts'
import type { MediaFindings } from '../media-facts.ts'
import { type CallScope, createCallScope } from '../x/call-scope.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { setAltText } from './alt-text.ts'
import { type AppendOptions, appendAll, type UploadInProgress } from './append.ts'
import { createInitialization } from './initialization.ts'
import { finishInspection } from './inspection.ts'
import type { MemoryPool } from './memory-pool.ts'
import type { MemoryReservation } from './memory-reservation.ts'
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

/** What a client gets for an upload: X's answer, and what is known about the file. */
export interface UploadAnswer extends XMediaAnswer, MediaFindings {}

/** The outcome of an upload. */
export interface Relayed {
  answer: XMediaAnswer
  /** What the inspection has found, if there was one. */
  findings: MediaFindings
}

/**
 * Sends one upload to X, once it is prepared: as INIT, APPENDs and FINALIZE, or, for a small image, in one call.
 *
 * FINALIZE is sent only after the body has ended, its bytes add up to `totalBytes`, X has acknowledged every APPEND, and the
 * inspection has found nothing to refuse.
 * When the upload ends early, for whatever reason, its reads, pauses and calls in flight end with it.
 */
export async function relay(
  incoming: UploadSource,
  reservation: MemoryReservation,
  context: CallContext,
  options: RelayOptions,
): Promise<Relayed> {
  const { clock, client } = options
  const startedAt = clock.now()
  const scope = createCallScope(context, clock)
  const { call } = scope
  const progress: Progress = { sentBytes: 0, segments: 0 }
  const elapsedMs = () => clock.now() - startedAt
  let source = incoming
  try {
    source = await prepared(incoming, call, options)
    const isOneShot = fitsOneShot(source, options.oneShotBytes)
    const plan = planFor(source, isOneShot, options)
    reservation.require(reservation.cost(plan.minBufferBytes))
    const inspected = {
      offset: 0,
      segmentBytes: plan.segmentBytes,
      isTransient: true,
      get mediaId() {
        return progress.mediaId
      },
    }
    const inspection = source.beginInspection?.(inspected, call.emit)
    const answer = isOneShot
      ? await sendOneShot(source, { client, clock, plan, reservation, call, inspection })
      : await sendSegments({ source, inspection, plan, reservation, call, scope, progress }, options)
    const mediaId = answer.data.id
    const bytes = source.totalBytes ?? progress.sentBytes
    const findings = inspection?.findings() ?? {}
    call.emit({ type: 'finalized', mediaId, bytes, segments: progress.segments, durationMs: elapsedMs(), ...findings })
    const sized = { ...answer, data: { ...answer.data, size: answer.data.size ?? bytes } }
    return { answer: await setAltText(sized, source.altText, call, client), findings }
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

async function prepared(
  source: UploadSource,
  call: CallScope['call'],
  { memory }: RelayOptions,
): Promise<UploadSource> {
  const file = source.prepare && (await abortable(source.prepare(source, call, memory), call.signal))
  return { ...source, ...file }
}

function planFor(source: UploadSource, isOneShot: boolean, { segmentSize, maxSegments }: RelayOptions): SegmentPlan {
  if (source.totalBytes === undefined) return planSingleSegment(source.maxTotalBytes ?? segmentSize.preferred)
  if (isOneShot) return planSingleSegment(source.totalBytes)
  return planSegments(source.totalBytes, segmentSize.preferred, maxSegments)
}

interface WholeUpload extends Omit<UploadInProgress, 'initialization' | 'read' | 'ledger'> {
  source: UploadSource
  inspection: MediaInspection | undefined
}

async function sendSegments(
  { source, inspection, ...upload }: WholeUpload,
  options: RelayOptions,
): Promise<XMediaAnswer> {
  const { call, scope, progress, plan } = upload
  const { body, totalBytes, maxTotalBytes } = source
  const initialization = createInitialization(source, {
    client: options.client,
    call,
    scope,
    inspection,
    onInitialized({ data: _, ...media }) {
      progress.mediaId = media.mediaId
      call.emit({ type: 'initialized', ...media })
    },
  })
  const read: UploadInProgress['read'] = (segmentOptions) =>
    readSegments(body, { ...segmentOptions, totalBytes, maxTotalBytes })
  const ledger = createTransientLedger(plan.segmentBytes)
  await appendAll({ ...upload, initialization, read, ledger }, options)
  const { data, ...media } = await initialization.result()
  const { mediaId, category } = media
  await abortable(finishInspection(inspection, source, media), scope.signal)
  const answer = await options.client.finalize(mediaId, category, call)
  // FINALIZE may return an empty body; what INIT returned is still valid.
  return { ...answer, data: { ...data, ...answer.data } }
}
