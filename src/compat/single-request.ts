import { type ByteReader, openReader } from '../ingress/byte-reader.ts'
import { checkMedia } from '../ingress/media-type.ts'
import { createCheck } from '../ingress/read-upload.ts'
import { identify } from '../ingress/signatures/identify.ts'
import { emptyBody, HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import type { Instance } from '../options.ts'
import type { MemoryReservation } from '../relay/memory.ts'
import { relay } from '../relay/relay.ts'
import { checksFor } from '../routes/checks.ts'
import { rememberOwner } from '../routes/uploaded-media.ts'
import { categoryAccepts, isMediaType, MEDIA_EXPIRY_SECS, type MediaCategory, type MediaType } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { type UploadFields, uploadFields } from '../x/schemas.ts'
import type { Gathered } from './append-segment.ts'
import type { CompatBody, CompatMedia } from './body.ts'
import { type CompatRequest, check, invalid, missingMedia } from './response.ts'

/** A file in one request. */
export async function uploadAtOnce(
  call: CompatRequest,
  body: CompatBody,
  { reservation, gathered }: { reservation: MemoryReservation; gathered: Gathered | undefined },
  instance: Instance,
): Promise<XMediaAnswer> {
  const { clock, creations, relay: options, statuses, compatUploads } = instance
  const { c, principal, context } = call
  const { fields, mediaType, ...file } = gathered ? hold(body, gathered) : streamed(body)
  const { category } = checkMedia(mediaType, fields.media_category)
  const checks = checksFor(c, principal, instance)
  if (file.totalBytes !== undefined) checks.checkSize(file.totalBytes, category)
  if (file.totalBytes === 0 && !file.atMostBytes) throw emptyBody()
  await creations.consume(principal.subject, 0)
  const additionalOwners = fields.additional_owners
  const checked = { mediaType, category }
  const source: UploadSource = { ...checked, ...file, additionalOwners, check: createCheck(checked, checks) }
  const answer = await relay(source, reservation, context, options)
  const { id, size = 0, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  await compatUploads.create(id, {
    ...{ ...checked, subject: principal.subject, totalBytes: size, parts: 1, segments: [] },
    ...{ expiresAt: clock.now() + expiresAfterSecs * 1000, state: 'finalized', result: answer },
  })
  await rememberOwner(answer.data, principal, instance)
  statuses.put(answer)
  return answer
}

interface OneShot extends Pick<UploadSource, 'body' | 'totalBytes' | 'atMostBytes'> {
  fields: UploadFields
  mediaType: MediaType
}

/** Whether a file comes behind its fields, and tells type and size: it need not be held then. */
export function isStreamable({ fields, media }: CompatBody): boolean {
  return 'media_category' in fields && isMediaType(typeOfPart(media)) && media?.length.totalBytes !== undefined
}

function typeOfPart(media: CompatMedia | undefined): string {
  return media?.mediaType?.toLowerCase() ?? ''
}

function streamed({ fields, media }: CompatBody): OneShot {
  const mediaType = typeOfPart(media)
  if (media === undefined || !isMediaType(mediaType)) throw missingMedia()
  return { fields: check(uploadFields, fields), mediaType, body: nothingBehind(media), ...media.length }
}

/** What was streamed was begun with the fields in front of it: others would come too late. */
function nothingBehind({ body, behind }: CompatMedia): ByteReader {
  return {
    async read(view, offset) {
      const read = await body.read(view, offset)
      if (read.done && Object.keys(behind()).length > 0) throw invalid('Send all fields in front of the media.')
      return read
    },
    cancel: (reason) => body.cancel(reason),
  }
}

function hold({ media }: CompatBody, { fields: given, segment }: Gathered): OneShot {
  const fields = check(uploadFields, given)
  const { bytes } = segment
  const declared = typeOfPart(media)
  const mediaType = isMediaType(declared) ? declared : typeOf(bytes.slice(0, HEAD_BYTES), fields.media_category)
  return { fields, mediaType, body: openReader(new Blob([bytes]).stream()), totalBytes: bytes.length }
}

/** X's request has no field for the type: the first bytes tell. */
function typeOf(head: Uint8Array<ArrayBuffer>, category: MediaCategory): MediaType {
  const found = identify(head)?.mediaType
  if (!(found && categoryAccepts(category, found))) throw invalid('media type unrecognized')
  return found
}
