import { openReader } from '../ingress/byte-reader.ts'
import { readDeclaredMedia } from '../ingress/media-type.ts'
import { identify } from '../ingress/signatures/identify.ts'
import { admitAndConsumeQuota } from '../ingress/upload-policy.ts'
import { emptyBody, HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { relay } from '../relay/relay.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { rememberOwner } from '../routes/uploaded-media.ts'
import { categoryAccepts, isMediaType, MEDIA_EXPIRY_SECS, type MediaCategory, type MediaType } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type UploadFields, uploadFields } from '../x/schemas.ts'
import type { CompatBody, CompatMedia } from './body.ts'
import { missingMedia, unrecognizedMediaType, validate } from './invalid-request.ts'
import type { ReceivedBody } from './receive-body.ts'
import type { CompatInstance, CompatRequest } from './request.ts'
import type { CompatUpload } from './upload-record.ts'

/** A file that comes in one request, without INIT, APPEND and FINALIZE. */
export interface OneShotFile extends Pick<UploadSource, 'body' | 'totalBytes' | 'maxTotalBytes'> {
  fields: UploadFields
  mediaType: MediaType
  /** As the client sent it; empty if it sent none. */
  declaredType: string
}

/** Uploads a file that comes in one request. */
export async function uploadOneShot(
  { c, principal, context }: CompatRequest,
  { fields, mediaType, declaredType, ...file }: OneShotFile,
  reservation: MemoryReservation,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { clock, creations, relay: options, statuses, compatUploads } = instance
  const { media_category: category, additional_owners: additionalOwners } = fields
  const declared = { ...readDeclaredMedia(mediaType, category), declaredType }
  const policy = policyFor(c, principal, instance)
  policy.checkCategories([category])
  policy.checkParameters({ additionalOwners })
  if (file.totalBytes !== undefined) policy.checkSize(file.totalBytes, [category])
  if ((file.totalBytes ?? file.maxTotalBytes) === 0) throw emptyBody()
  await creations.consume(principal.subject, 0)
  const source: UploadSource = {
    ...file,
    declared: () => declared,
    requested: () => ({ additionalOwners }),
    admit: admitAndConsumeQuota({ additionalOwners, altTextMayFollow: true }, policy),
    beginInspection: policy.beginInspection,
  }
  const { answer } = await relay(source, reservation, context, options)
  const { id, size = 0, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  const upload: CompatUpload = {
    ...{ mediaType, category, subject: principal.subject, totalBytes: size },
    expiresAt: clock.now() + expiresAfterSecs * 1000,
    ...{ parts: 1, segments: [], state: 'finalized', result: answer },
  }
  // X has the media, so a store that fails now must not lose it.
  await compatUploads.create(id, upload).catch(() => {})
  await rememberOwner(answer.data, principal, c.var.xMediaObserver, instance)
  statuses.put(answer)
  return answer
}

/** Whether the fields before the file, and its length, tell enough to send the file to X while it arrives. */
export function isStreamable({ fields, media }: CompatBody): boolean {
  return 'media_category' in fields && isMediaType(sentType(media)) && media?.maxBytes !== undefined
}

/** A file that is read while it goes to X. */
export function streamedFile({ fields, media }: CompatBody): OneShotFile {
  const mediaType = sentType(media)
  if (media === undefined || !isMediaType(mediaType)) throw missingMedia()
  return {
    ...{ fields: validate(uploadFields, fields), mediaType, declaredType: mediaType },
    ...media.streamed(),
  }
}

/** A file that has been received as a whole. */
export function bufferedFile(body: CompatBody, { fields: given, media: { bytes } }: ReceivedBody): OneShotFile {
  const fields = validate(uploadFields, given)
  const declaredType = sentType(body.media)
  const mediaType = isMediaType(declaredType)
    ? declaredType
    : detectType(bytes.subarray(0, HEAD_BYTES), fields.media_category)
  return {
    ...{ fields, mediaType, declaredType },
    ...{ body: openReader(new Blob([bytes]).stream()), totalBytes: bytes.length },
  }
}

function sentType(media: CompatMedia | undefined): string {
  return media?.mediaType?.toLowerCase() ?? ''
}

/** X's request has no field for the media type, so the first bytes must tell it. */
function detectType(head: Uint8Array<ArrayBuffer>, category: MediaCategory): MediaType {
  const found = identify(head)?.mediaType
  if (found === undefined || !categoryAccepts(category, found)) throw unrecognizedMediaType()
  return found
}
