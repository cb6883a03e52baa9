import * as z from 'zod/mini'
import { XMediaError, type XMediaErrorCode } from '../../errors.ts'
import { checkMedia } from '../../ingress/media.ts'
import { emptyBody, HEAD_BYTES } from '../../ingress/source.ts'
import { createCheck, type UploadChecks } from '../../ingress/upload.ts'
import type { WireBody } from '../../ingress/wire.ts'
import type { Instance } from '../../options.ts'
import { notFound } from '../../problem.ts'
import {
  type ClientSegment,
  decodeClientSegment,
  partsOf,
  receiveClientSegment,
  sendClientSegment,
} from '../../relay/client-segment.ts'
import type { Allotment } from '../../relay/memory.ts'
import type { WireSegment, WireUpload } from '../../store/wire-uploads.ts'
import { isMediaType, MAX_SEGMENT_BYTES, MEDIA_EXPIRY_SECS } from '../../x/limits.ts'
import type { XMediaAnswer } from '../../x/media.ts'
import { missingParameter } from '../../x/problems.ts'
import type { CommandInitialize, InitializeRequest } from '../../x/schemas.ts'
import { checksFor } from '../checks.ts'
import { check, InvalidRequest, type WireCall } from './answer.ts'

/** The steps of an upload, in whichever generation of X's API they were asked for. */

/** INIT. Size and type, which X's schema lets one leave out, must be told: nothing can be checked without them. */
export async function initialize(
  { c, principal, context }: WireCall,
  request: InitializeRequest | Omit<CommandInitialize, 'command'>,
  instance: Instance,
): Promise<XMediaAnswer> {
  const { client, clock, creations, wireUploads } = instance
  const { total_bytes: totalBytes, media_type: type, additional_owners: additionalOwners, shared } = request
  if (totalBytes === undefined) throw new InvalidRequest([missingParameter('total_bytes')])
  if (type === undefined) throw new InvalidRequest([missingParameter('media_type')])
  if (!isMediaType(type)) throw invalid('media type unrecognized')
  if (totalBytes === 0) throw emptyBody()
  const { mediaType, category } = checkMedia(type, request.media_category)
  const { subject } = principal
  const checks = checksFor(c, principal, instance)
  checks.checkSize(totalBytes, category)
  await creations.spend(subject, 0)
  await checks.spend(totalBytes)
  const answer = await client.initialize({ mediaType, category, totalBytes, additionalOwners, shared }, context)
  const { id: mediaId, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  const upload = { subject, mediaType, category, totalBytes, expiresAt, parts: 0, segments: [], state: 'open' } as const
  await wireUploads.create(mediaId, upload)
  context.emit({ type: 'initialized', mediaId, mediaType, category, totalBytes })
  return answer
}

/** A body that has come as a whole. */
export interface Gathered {
  fields: Record<string, unknown>
  segment: ClientSegment
}

const jsonMedia = z.object({ media: z.base64() })

/** The media of a body, and all its fields: those behind the media are known only when it has come. */
export async function gather(
  { kind, fields, media }: WireBody,
  allotment: Allotment,
  { clock }: Instance,
  { context }: WireCall,
): Promise<Gathered> {
  if (kind === 'json' && fields['media'] !== undefined) {
    const { media: base64 } = check(jsonMedia, fields)
    const { media: _, ...others } = fields
    return { fields: others, segment: decodeClientSegment(base64, allotment) }
  }
  if (media === undefined) throw missingMedia()
  const { body, length, behind } = media
  const segment = await receiveClientSegment(body, length.atMostBytes, { allotment, clock, signal: context.signal })
  for (const name of Object.keys(behind())) if (name in fields) throw invalid(`Duplicate field ${name}`)
  return { fields: { ...fields, ...behind() }, segment }
}

/** APPEND of a segment that is there as a whole. */
export async function append(
  call: WireCall,
  { mediaId, index }: { mediaId: string; index: number },
  segment: ClientSegment,
  instance: Instance,
): Promise<WireUpload> {
  const { principal, context } = call
  const { relay, wireUploads } = instance
  const { maxSegments, segmentSize } = relay
  const upload = await wireUploads.find(mediaId, principal.subject)
  if (upload === undefined) throw notFound()
  const { length } = segment.bytes
  if (length === 0) throw missingMedia()
  const digest = await digestOf(segment.bytes)
  const isRepeated = upload.segments[index]?.[1] === digest
  if (index === 0 && !isRepeated) await checkHead(call, mediaId, upload, segment.bytes, instance)

  const planned = await wireUploads.change(mediaId, (now) => {
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
    if (error instanceof XMediaError && REFUSED.has(error.code))
      await wireUploads.change(mediaId, withoutSegment(index))
    throw error
  }
  return await wireUploads.change(mediaId, (now) => ({
    ...now,
    segments: withSegment(now.segments, index, [length, digest, true]),
  }))
}

/** The first bytes of a file, which the first segment must have: they tell whether it is what INIT said. */
async function checkHead(
  { c, principal, context }: WireCall,
  mediaId: string,
  upload: WireUpload,
  bytes: Uint8Array<ArrayBuffer>,
  instance: Instance,
): Promise<void> {
  if (bytes.length < Math.min(HEAD_BYTES, upload.totalBytes)) {
    throw invalid(`The first segment must have ${HEAD_BYTES} bytes, or the whole file.`)
  }
  // What it uses up was used up by INIT.
  const checks: UploadChecks = { ...checksFor(c, principal, instance), spend: async () => {} }
  const head = bytes.slice(0, HEAD_BYTES)
  await createCheck(upload, checks)(head, upload.totalBytes, context.signal).catch(async (error: unknown) => {
    if (error instanceof XMediaError) {
      await instance.wireUploads.change(mediaId, (now) => (now.state === 'open' ? { ...now, state: 'refused' } : now))
    }
    throw error
  })
}

/** X has certainly not got a segment that it answered so: it may be sent otherwise. */
const REFUSED: ReadonlySet<XMediaErrorCode> = new Set(['x_segment_too_large', 'x_rejected_media'])

function withSegment(
  segments: WireUpload['segments'],
  index: number,
  segment: WireSegment | null,
): (WireSegment | null)[] {
  const after = Array.from({ length: Math.max(segments.length, index + 1) }, (_, at) => segments[at] ?? null)
  after[index] = segment
  return after
}

function withoutSegment(index: number): (upload: WireUpload) => WireUpload {
  return (upload) => {
    if (upload.segments[index]?.[2]) return upload
    const segments = withSegment(upload.segments, index, null)
    return { ...upload, segments, parts: segments.every((segment) => segment === null) ? 0 : upload.parts }
  }
}

/** Half of a SHA-256: enough to tell what a client sends again from what it sends instead. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...hash.subarray(0, 16)))
}

/** FINALIZE, once; asked for again it is answered as the first time. */
export async function finalize(
  { principal, context }: WireCall,
  mediaId: string,
  instance: Instance,
): Promise<XMediaAnswer> {
  const { client, clock, statuses, wireUploads } = instance
  const upload = await wireUploads.find(mediaId, principal.subject)
  if (upload === undefined) throw notFound()
  if (upload.result) return upload.result
  if (upload.state === 'refused') throw ended(upload)
  const { totalBytes, state, category, parts } = upload
  const started = clock.now()
  const { segments } = await wireUploads.change(mediaId, (now) => {
    if (!isWhole(now)) throw doNotAddUp()
    return { ...now, state: 'finalizing' }
  })
  const again = state === 'finalizing'
  const { data, errors } = await client
    .finalize(mediaId, category, context, { again })
    .catch(async (error: unknown) => {
      const isRefused = error instanceof XMediaError && REFUSED.has(error.code)
      if (isRefused && !again) await wireUploads.change(mediaId, (now) => ({ ...now, state: 'checked' }))
      throw error
    })
  const result = { data: { ...data, size: data.size ?? totalBytes }, ...(errors ? { errors } : {}) }
  await wireUploads.change(mediaId, (now) => ({ ...now, state: 'finalized', result }))
  statuses.enter(result)
  const durationMs = clock.now() - started
  context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments: segments.length * parts, durationMs })
  return result
}

/** Of a media that is the subject's, whichever way it was uploaded: whether X may have something to process. */
export async function findOwn(
  mediaId: string,
  { principal }: WireCall,
  { owners, wireUploads }: Instance,
): Promise<{ isProcessed: boolean }> {
  const { subject } = principal
  const upload = await wireUploads.find(mediaId, subject)
  if (upload) return { isProcessed: upload.result === undefined || upload.result.data.processing_info !== undefined }
  const media = await owners?.find(mediaId, subject)
  if (media === undefined) throw notFound()
  return { isProcessed: media.done === undefined }
}

function sumOf(segments: WireUpload['segments']): number {
  return segments.reduce((sum, segment) => sum + (segment?.[0] ?? 0), 0)
}

/** Whether X has acknowledged every byte, at indices without gaps. */
function isWhole({ segments, totalBytes, state, parts }: WireUpload): boolean {
  const isThere = (segment: WireSegment | null, at: number) =>
    segment?.[2] && (segment[0] >= parts || at === segments.length - 1)
  return state !== 'open' && segments.every(isThere) && sumOf(segments) === totalBytes
}

function ended({ state }: WireUpload): InvalidRequest {
  return invalid(state === 'refused' ? 'media type unrecognized' : 'Media is already finalized.')
}

/** X's words at FINALIZE, from v1.1; v2's are not on record. */
function doNotAddUp(): InvalidRequest {
  return invalid('Segments do not add up to provided total file size.')
}

/** X says JSON for multipart too. */
export function missingMedia(): InvalidRequest {
  return new InvalidRequest([{ message: 'Missing media field in JSON', parameters: { media: [] } }])
}

export function invalid(message: string): InvalidRequest {
  return new InvalidRequest([{ message }])
}
