import * as z from 'zod/mini'
import { notFound, XMediaError } from '../errors.ts'
import { admitAndConsumeQuota, type UploadPolicy } from '../ingress/upload-policy.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'
import type { Instance } from '../instance.ts'
import type { MemoryReservation } from '../relay/memory-pool.ts'
import { policyFor } from '../routes/upload-policy.ts'
import { MAX_SEGMENT_BYTES } from '../x/limits.ts'
import type { CompatBody } from './body.ts'
import type { CompatInstance } from './instance.ts'
import { type CompatRequest, check, doNotAddUp, ended, invalid, isRefusal, missingMedia } from './response.ts'
import { type ClientSegment, decodeClientSegment, partsOf, receiveClientSegment, sendClientSegment } from './segment.ts'
import { type CompatUpload, sumOf, withoutSegment, withSegment } from './upload-record.ts'

/** A body that has come as a whole. */
export interface Gathered {
  fields: Record<string, unknown>
  segment: ClientSegment
}

const jsonMedia = z.object({ media: z.base64() })

/** The media of a body, and all its fields: those behind the media are known only when it has come. */
export async function gather(
  { kind, fields, media }: CompatBody,
  reservation: MemoryReservation,
  { clock }: Instance,
  { context }: CompatRequest,
): Promise<Gathered> {
  if (kind === 'json' && fields['media'] !== undefined) {
    const { media: base64 } = check(jsonMedia, fields)
    const { media: _, ...others } = fields
    return { fields: others, segment: decodeClientSegment(base64, reservation) }
  }
  if (media === undefined) throw missingMedia()
  const { body, length, behind } = media
  const segment = await receiveClientSegment(body, length.maxTotalBytes, { reservation, clock, signal: context.signal })
  for (const name of Object.keys(behind())) if (name in fields) throw invalid(`Duplicate field ${name}`)
  return { fields: { ...fields, ...behind() }, segment }
}

/** APPEND of a segment that is there as a whole. */
export async function append(
  call: CompatRequest,
  { mediaId, index }: { mediaId: string; index: number },
  segment: ClientSegment,
  instance: CompatInstance,
): Promise<CompatUpload> {
  const { principal, context } = call
  const { relay, compatUploads } = instance
  const { maxSegments, segmentSize } = relay
  const upload = await compatUploads.find(mediaId, principal.subject)
  if (upload === undefined) throw notFound()
  const { length } = segment.bytes
  if (length === 0) throw missingMedia()
  const digest = await digestOf(segment.bytes)
  const isRepeated = upload.segments[index]?.[1] === digest
  if (index === 0 && !isRepeated) await checkHead(call, mediaId, upload, segment.bytes, instance)

  const planned = await compatUploads.change(mediaId, (now) => {
    if (now.state !== 'open' && now.state !== 'checked') throw ended(now)
    const parts = now.parts || partsOf(length, now.totalBytes, maxSegments, segmentSize.preferred)
    if (length > parts * MAX_SEGMENT_BYTES) {
      throw new XMediaError('too_large', `A segment of this upload may have ${parts * MAX_SEGMENT_BYTES} bytes.`)
    }
    const last = Math.floor(maxSegments / parts) - 1
    if (index > last) throw invalid(`SegmentIndex must be between 0 and ${last}.`)
    const before = now.segments[index]
    if (before && before[1] !== digest) throw invalid(`Segment ${index} was sent with other bytes before.`)
    const segments = withSegment(now.segments, index, before ?? [length, digest, false])
    if (sumOf(segments) > now.totalBytes) throw doNotAddUp()
    return { ...now, parts, segments, state: index === 0 ? 'checked' : now.state }
  })
  try {
    await sendClientSegment(mediaId, segment, { index, parts: planned.parts }, context, relay)
  } catch (error) {
    if (isRefusal(error)) await compatUploads.change(mediaId, withoutSegment(index))
    throw error
  }
  return await compatUploads.change(mediaId, (now) => ({
    ...now,
    segments: withSegment(now.segments, index, [length, digest, true]),
  }))
}

/** The first bytes of a file, which the first segment must have: they tell whether it is what INIT said. */
async function checkHead(
  { c, principal, context }: CompatRequest,
  mediaId: string,
  upload: CompatUpload,
  bytes: Uint8Array<ArrayBuffer>,
  instance: CompatInstance,
): Promise<void> {
  if (bytes.length < Math.min(HEAD_BYTES, upload.totalBytes)) {
    throw invalid(`The first segment must have ${HEAD_BYTES} bytes, or the whole file.`)
  }
  // What it uses up was used up by INIT.
  const policy: UploadPolicy = { ...policyFor(c, principal, instance), consumeQuota: async () => {} }
  const head = bytes.slice(0, HEAD_BYTES)
  await admitAndConsumeQuota(upload, policy)(head, upload.totalBytes, context.signal).catch(async (error: unknown) => {
    if (error instanceof XMediaError) {
      await instance.compatUploads.change(mediaId, (now) => (now.state === 'open' ? { ...now, state: 'refused' } : now))
    }
    throw error
  })
}

/** Half of a SHA-256: enough to tell what a client sends again from what it sends instead. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...hash.subarray(0, 16)))
}
