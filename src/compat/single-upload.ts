import { XMediaError } from '../errors.ts'
import { type ByteReader, openReader } from '../ingress/byte-reader.ts'
import { checkMedia } from '../ingress/media-type.ts'
import { matchesSignature } from '../ingress/signature.ts'
import { admitAndConsumeQuota } from '../ingress/upload-policy.ts'
import { emptyBody, HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import type { MemoryReservation } from '../relay/memory-pool.ts'
import { relay } from '../relay/relay.ts'
import { policyFor } from '../routes/principal-policy.ts'
import { rememberOwner } from '../routes/uploaded-media.ts'
import {
  categoryAccepts,
  isMediaType,
  MEDIA_EXPIRY_SECS,
  MEDIA_TYPES,
  type MediaCategory,
  type MediaType,
} from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type UploadFields, uploadFields } from '../x/schemas.ts'
import type { CompatBody, CompatMedia } from './body.ts'
import { missingMedia, unrecognizedMediaType, validate } from './invalid-request.ts'
import type { ReceivedBody } from './receive-body.ts'
import type { CompatInstance, CompatRequest } from './request.ts'

/** A file that comes in one request, without INIT, APPEND and FINALIZE. */
export interface OneShotFile extends Pick<UploadSource, 'body' | 'totalBytes' | 'maxTotalBytes'> {
  fields: UploadFields
  mediaType: MediaType
}

/** Uploads a file that comes in one request. */
export async function uploadOneShot(
  { c, principal, context }: CompatRequest,
  { fields, mediaType, ...file }: OneShotFile,
  reservation: MemoryReservation,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { clock, creations, relay: options, statuses, compatUploads } = instance
  const media = checkMedia(mediaType, fields.media_category)
  const policy = policyFor(c, principal, instance)
  if (file.totalBytes !== undefined) policy.checkSize(file.totalBytes, media.category)
  if (file.totalBytes === 0 && !file.maxTotalBytes) throw emptyBody()
  await creations.consume(principal.subject, 0)
  const source: UploadSource = {
    ...{ ...media, ...file },
    additionalOwners: fields.additional_owners,
    admit: admitAndConsumeQuota(media, policy),
  }
  const answer = await relay(source, reservation, context, options)
  const { id, size = 0, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  await compatUploads.create(id, {
    ...{ ...media, subject: principal.subject, totalBytes: size, parts: 1, segments: [] },
    ...{ expiresAt: clock.now() + expiresAfterSecs * 1000, state: 'finalized', result: answer },
  })
  await rememberOwner(answer.data, principal, instance)
  statuses.put(answer)
  return answer
}

/** Whether the fields before the file, and its length, tell enough to send the file to X while it arrives. */
export function isStreamable({ fields, media }: CompatBody): boolean {
  return 'media_category' in fields && isMediaType(declaredType(media)) && media?.length.totalBytes !== undefined
}

/** A file that is read while it goes to X. */
export function streamedFile({ fields, media }: CompatBody): OneShotFile {
  const mediaType = declaredType(media)
  if (media === undefined || !isMediaType(mediaType)) throw missingMedia()
  return { fields: validate(uploadFields, fields), mediaType, body: refuseFieldsAfter(media), ...media.length }
}

/** Fails a streamed file that has fields after it: the upload has begun without them. */
function refuseFieldsAfter({ body, fieldsAfter }: CompatMedia): ByteReader {
  return {
    async read(view, offset) {
      const read = await body.read(view, offset)
      if (read.done && Object.keys(fieldsAfter()).length > 0) {
        throw new XMediaError('invalid_parameter', 'Send all fields before the media.')
      }
      return read
    },
    cancel: (reason) => body.cancel(reason),
  }
}

/** A file that has been received as a whole. */
export function bufferedFile(body: CompatBody, { fields: given, media: { bytes } }: ReceivedBody): OneShotFile {
  const fields = validate(uploadFields, given)
  const declared = declaredType(body.media)
  const mediaType = isMediaType(declared) ? declared : detectType(bytes.slice(0, HEAD_BYTES), fields.media_category)
  return { fields, mediaType, body: openReader(new Blob([bytes]).stream()), totalBytes: bytes.length }
}

function declaredType(media: CompatMedia | undefined): string {
  return media?.mediaType?.toLowerCase() ?? ''
}

/** Their signatures fit many files, so they are tried after all others. */
const LAST_RESORTS: readonly MediaType[] = ['video/mp4', 'video/quicktime']

/** X's request has no field for the media type, so the first bytes must tell it. */
function detectType(head: Uint8Array<ArrayBuffer>, category: MediaCategory): MediaType {
  const candidates = [...MEDIA_TYPES.filter((type) => !LAST_RESORTS.includes(type)), ...LAST_RESORTS]
  const found = candidates.find((type) => categoryAccepts(category, type) && matchesSignature(head, type))
  if (found === undefined) throw unrecognizedMediaType()
  return found
}
