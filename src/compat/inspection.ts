import type { MediaInspection } from '../ingress/media-check.ts'
import { policyFor } from '../routes/principal-policy.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import { type CompatUpload, receivedBytes } from './upload-record.ts'

/** An upload, and its id. */
export interface IdentifiedUpload {
  mediaId: string
  upload: CompatUpload
}

/** Continues the inspection of an upload of which so many bytes have passed. Nothing is known unless they came in order. */
export function continueInspection(
  { c, principal, context }: CompatRequest,
  { mediaId, upload }: IdentifiedUpload,
  offset: number,
  instance: CompatInstance,
): MediaInspection | undefined {
  const inspected = { ...upload, mediaId, offset, segmentBytes: instance.relay.segmentSize.preferred }
  return policyFor(c, principal, instance).beginInspection?.(inspected, context.emit)
}

/**
 * Passes a segment that X has acknowledged to the inspection, and returns what that saves. One that overtakes an earlier
 * segment is left out.
 */
export function inspectSegment(
  request: CompatRequest,
  inspected: IdentifiedUpload,
  { index, bytes }: { index: number; bytes: Uint8Array },
  instance: CompatInstance,
): unknown {
  const { segments, inspection: saved } = inspected.upload
  const earlier = segments.slice(0, index)
  if (!earlier.every((segment) => segment?.[2])) return saved
  const offset = receivedBytes(earlier)
  const inspection = continueInspection(request, inspected, offset, instance)
  inspection?.push(bytes)
  return inspection?.savedAt(offset + bytes.length)
}
