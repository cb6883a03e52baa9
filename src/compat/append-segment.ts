import { XMediaError } from '../errors.ts'
import { admitAndConsumeQuota, type UploadPolicy } from '../ingress/upload-policy.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { AppendOptions } from '../relay/append.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { type ClaimedStep, claimStep } from './claim.ts'
import { continueInspection, inspectSegment } from './inspection.ts'
import { InvalidRequest, isRefusedByX, missingMedia, sizeMismatch, uploadClosed } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import { type ClientSegment, partsPerSegment, type SegmentProgress, sendClientSegment } from './segment.ts'
import {
  type CompatUpload,
  type CompatUploads,
  findUpload,
  isOpen,
  receivedBytes,
  removeSegment,
  setSegment,
} from './upload-record.ts'

/** Where a segment belongs. */
export interface SegmentTarget {
  mediaId: string
  index: number
  /** As `findOpenUpload` found it, before the body was read. */
  upload: CompatUpload
}

/** Finds the upload that a segment is for. Throws if the subject has none with this id, or if it takes no more segments. */
export async function findOpenUpload(
  mediaId: string,
  subject: string,
  compatUploads: CompatUploads,
): Promise<CompatUpload> {
  const upload = await findUpload(mediaId, subject, compatUploads)
  if (!isOpen(upload)) throw uploadClosed(upload)
  return upload
}

/**
 * APPEND: sends a client's segment to X, and resolves to the upload afterwards. The segment is recorded before X gets it,
 * so that an index never carries different bytes.
 */
export async function append(
  request: CompatRequest,
  { mediaId, index, upload }: SegmentTarget,
  segment: ClientSegment,
  instance: CompatInstance,
): Promise<CompatUpload> {
  const { relay } = instance
  const { bytes } = segment
  if (bytes.length === 0) throw missingMedia()
  const digest = await digestOf(bytes)
  const isRepeated = upload.segments[index]?.[1] === digest
  if (index === 0 && !isRepeated) await checkHead(request, mediaId, upload, bytes, instance)

  const received = { index, length: bytes.length, digest }
  const step: ClaimedStep = {
    mediaId,
    name: String(index),
    start: (current) => addSegment(current, received, relay),
    isDone: ({ segments }) => segments[index]?.[2] === true,
  }
  const { upload: recorded, claim } = await claimStep(step, instance)
  if (claim === undefined) return recorded
  const progress: SegmentProgress = { sentParts: 0 }
  try {
    const { parts } = recorded
    await consumeRepeated(request, recorded, bytes.length, instance)
    await sendClientSegment(mediaId, segment, { index, parts, progress }, request.context, relay)
  } catch (error) {
    // Another segment may take the index only if X certainly has nothing of this one.
    const isNew = !claim.before.segments[index]
    const isUnsent = isNew && progress.sentParts === 0 && isRefusedByX(error)
    const removed = claim.settle((current, isHeld) => (isUnsent && isHeld ? removeSegment(current, index) : current))
    // A claim that a failing store keeps runs out by itself.
    await removed.catch(() => {})
    throw error
  }
  return await claim.settle((current) => ({
    ...current,
    segments: setSegment(current.segments, index, [bytes.length, digest, true]),
    inspection: inspectSegment(request, { mediaId, upload: current }, { index, bytes }, instance),
  }))
}

/** Records a segment that X has not acknowledged yet. Throws if it does not fit into the upload. */
function addSegment(
  upload: CompatUpload,
  { index, length, digest }: { index: number; length: number; digest: string },
  { maxSegments, segmentSize }: Pick<AppendOptions, 'maxSegments' | 'segmentSize'>,
): CompatUpload {
  const { state, totalBytes } = upload
  if (!isOpen(upload)) throw uploadClosed(upload)
  const parts = upload.parts || partsPerSegment(length, totalBytes, maxSegments, segmentSize.preferred)
  const maxBytes = parts * MAX_SEGMENT_BYTES
  if (length > maxBytes) {
    throw new XMediaError('too_large', `A segment of this upload can have at most ${formatBytes(maxBytes)}.`)
  }
  const maxIndex = Math.floor(maxSegments / parts) - 1
  if (index > maxIndex) throw new InvalidRequest(`SegmentIndex must be between 0 and ${maxIndex}.`)
  const before = upload.segments[index]
  if (before && before[1] !== digest) {
    throw new InvalidRequest(`Segment ${index} was already sent with different bytes.`)
  }
  const segments = setSegment(upload.segments, index, before ?? [length, digest, false])
  const relayedBytes = (upload.relayedBytes ?? 0) + (before?.[2] ? 0 : length)
  if (receivedBytes(segments) > totalBytes) throw sizeMismatch()
  return { ...upload, parts, segments, relayedBytes, state: index === 0 ? 'checked' : state }
}

/** How often the bytes of a file may go to X before they count towards the quota again. */
const FREE_TIMES = 2

/** Counts the bytes of a segment towards the quota, as far as the upload has sent more than what is free. */
async function consumeRepeated(
  { principal: { subject, limits } }: CompatRequest,
  { relayedBytes = 0, totalBytes }: CompatUpload,
  segmentBytes: number,
  { quota }: Pick<CompatInstance, 'quota'>,
): Promise<void> {
  const bytes = Math.min(segmentBytes, relayedBytes - FREE_TIMES * totalBytes)
  if (bytes > 0) await quota?.consumeBytes(subject, bytes, limits?.quota)
}

/** Checks the first segment as the start of a file of the media type. Closes the upload if it does not begin like one. */
async function checkHead(
  request: CompatRequest,
  mediaId: string,
  upload: CompatUpload,
  bytes: Uint8Array<ArrayBuffer>,
  instance: CompatInstance,
): Promise<void> {
  if (bytes.length < Math.min(HEAD_BYTES, upload.totalBytes)) {
    throw new InvalidRequest(`The first segment must have at least ${formatBytes(HEAD_BYTES)}, or be the whole file.`)
  }
  const { c, principal, context } = request
  // INIT has consumed the quota already.
  const policy: UploadPolicy = { ...policyFor(c, principal, instance), consumeQuota: async () => {} }
  const { mediaType, declaredType = mediaType, category, totalBytes } = upload
  const declared = { mediaTypes: [mediaType], declaredType, category }
  const admit = admitAndConsumeQuota(upload, policy)
  const inspection = continueInspection(request, { mediaId, upload }, 0, instance)
  inspection?.push(bytes)
  try {
    // X says at FINALIZE what it does not take.
    const file = { declared, start: bytes, totalBytes }
    await admit(file, context.signal, inspection && { ...inspection, judge() {} })
  } catch (error) {
    if (error instanceof XMediaError) {
      await instance.compatUploads.change(mediaId, (current) =>
        current.state === 'open' ? { ...current, state: 'refused' } : current,
      )
    }
    throw error
  }
}

/** Half of a SHA-256, which is enough to tell repeated bytes from different ones. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...hash.subarray(0, 16)))
}
