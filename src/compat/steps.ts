import { notFound } from '../errors.ts'
import { checkMedia } from '../ingress/media-type.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { policyFor } from '../routes/upload-policy.ts'
import { rememberOwner } from '../routes/uploaded-media.ts'
import type { CommandInitialize } from '../x/command-schemas.ts'
import { isMediaType, MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { InitializeRequest } from '../x/schemas.ts'
import { missingParameter } from '../x/x-problems.ts'
import type { CompatInstance } from './instance.ts'
import { type CompatRequest, doNotAddUp, ended, InvalidRequest, invalid, isRefusal } from './response.ts'
import { isWhole } from './upload-record.ts'

/** The steps of an upload, in whichever generation of X's API they were asked for. */

/** INIT. Size and type, which X's schema lets one leave out, must be told: nothing can be checked without them. */
export async function initialize(
  { c, principal, context }: CompatRequest,
  request: InitializeRequest | Omit<CommandInitialize, 'command'>,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { client, clock, creations, compatUploads } = instance
  const { total_bytes: totalBytes, media_type: type, additional_owners: additionalOwners, shared } = request
  if (totalBytes === undefined) throw new InvalidRequest([missingParameter('total_bytes')])
  if (type === undefined) throw new InvalidRequest([missingParameter('media_type')])
  if (!isMediaType(type)) throw invalid('media type unrecognized')
  if (totalBytes === 0) throw emptyBody()
  const { mediaType, category } = checkMedia(type, request.media_category)
  const { subject } = principal
  const policy = policyFor(c, principal, instance)
  policy.checkSize(totalBytes, category)
  await creations.consume(subject, 0)
  await policy.consumeQuota(totalBytes)
  const answer = await client.initialize({ mediaType, category, totalBytes, additionalOwners, shared }, context)
  const { id: mediaId, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  const upload = { subject, mediaType, category, totalBytes, expiresAt, parts: 0, segments: [], state: 'open' } as const
  await compatUploads.create(mediaId, upload)
  context.emit({ type: 'initialized', mediaId, mediaType, category, totalBytes })
  return answer
}

/** FINALIZE, once; asked for again it is answered as the first time. */
export async function finalize(
  { principal, context }: CompatRequest,
  mediaId: string,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { client, clock, statuses, compatUploads } = instance
  const upload = await compatUploads.find(mediaId, principal.subject)
  if (upload === undefined) throw notFound()
  if (upload.result) return upload.result
  if (upload.state === 'refused') throw ended(upload)
  const { totalBytes, state, category, parts } = upload
  const started = clock.now()
  const { segments } = await compatUploads.change(mediaId, (now) => {
    if (!isWhole(now)) throw doNotAddUp()
    return { ...now, state: 'finalizing' }
  })
  const again = state === 'finalizing'
  let answer: XMediaAnswer
  try {
    answer = await client.finalize(mediaId, category, context, { again })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const after = await compatUploads.change(mediaId, (now) =>
      now.result || again ? now : { ...now, state: 'checked' },
    )
    // Another request for the same was first.
    if (after.result) return after.result
    throw error
  }
  const { data, errors } = answer
  const result = { data: { ...data, size: data.size ?? totalBytes }, ...(errors ? { errors } : {}) }
  await compatUploads.change(mediaId, (now) => ({ ...now, state: 'finalized', result }))
  await rememberOwner(result.data, principal, instance)
  statuses.put(result)
  const durationMs = clock.now() - started
  context.emit({ type: 'finalized', mediaId, bytes: totalBytes, segments: segments.length * parts, durationMs })
  return result
}

/** Of a media that is the subject's, whichever way it was uploaded: whether X may have something to process. */
export async function findOwn(
  mediaId: string,
  { principal }: CompatRequest,
  { owners, compatUploads }: CompatInstance,
): Promise<{ isProcessed: boolean }> {
  const { subject } = principal
  const upload = await compatUploads.find(mediaId, subject)
  if (upload) return { isProcessed: upload.result === undefined || upload.result.data.processing_info !== undefined }
  const media = await owners?.find(mediaId, subject)
  if (media === undefined) throw notFound()
  return { isProcessed: media.done === undefined }
}
