import type * as z from 'zod/mini'
import { type CheckedMedia, readDeclaredMedia } from '../ingress/media-type.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { policyFor } from '../routes/principal-policy.ts'
import type { CommandInitialize } from '../x/command-schemas.ts'
import type { InitializeParameters } from '../x/dialects/dialect.ts'
import { inferCategory, isMediaType, MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { InitializeRequest } from '../x/schemas.ts'
import { missingParameter } from '../x/x-problems.ts'
import { InvalidRequest, unrecognizedMediaType, validate } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'

/** X's schema for INIT, in either generation. */
type InitializeSchema = z.ZodMiniType<InitializeRequest | CommandInitialize>

/** The name for SRT that x-ruby sends, though X refuses it. https://github.com/sferik/x-ruby/blob/main/lib/x/media_uploader.rb */
const SUBRIP = 'application/x-subrip'

/**
 * INIT. `total_bytes` and `media_type`, which X's schema makes optional, are required here: nothing could be checked
 * without them.
 */
export async function initialize(
  { c, principal, context }: CompatRequest,
  fields: Record<string, unknown>,
  schema: InitializeSchema,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { client, clock, creations, compatUploads } = instance
  const { subject } = principal
  const parameters = readParameters(fields, schema)
  const { mediaType, declaredType, category, totalBytes, additionalOwners, shared } = parameters
  const policy = policyFor(c, principal, instance)
  policy.checkCategories([category])
  policy.checkParameters(parameters)
  policy.checkSize(totalBytes, [category])
  await creations.consume(subject, 0)
  await policy.consumeQuota(totalBytes)
  const answer = await client.initialize(parameters, context)
  const { id: mediaId, media_key: mediaKey, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  await compatUploads.create(mediaId, {
    subject,
    mediaType,
    declaredType,
    category,
    totalBytes,
    additionalOwners,
    shared,
    mediaKey,
    expiresAt,
    parts: 0,
    segments: [],
    state: 'open',
  })
  context.emit({ type: 'initialized', mediaId, mediaType, declaredType, category, totalBytes })
  return describeUpload(answer)
}

/** Leaves out what X's schema does not have for an answer to INIT. X's v1.1 answered with more. */
function describeUpload({ data, ...answer }: XMediaAnswer): XMediaAnswer {
  const { size: _size, processing_info: _processing, image: _image, video: _video, ...known } = data
  return { data: known, ...answer }
}

/** Reads the parameters as strictly as X, except for `SUBRIP`. */
function readParameters(
  fields: Record<string, unknown>,
  schema: InitializeSchema,
): InitializeParameters & CheckedMedia {
  const sentType = fields['media_type']
  const parameters = validate(schema, sentType === SUBRIP ? { ...fields, media_type: 'text/srt' } : fields)
  const { total_bytes: totalBytes, media_type: mediaType, media_category: category } = parameters
  if (totalBytes === undefined) throw new InvalidRequest(missingParameter('total_bytes'))
  if (mediaType === undefined) throw new InvalidRequest(missingParameter('media_type'))
  if (!isMediaType(mediaType)) throw unrecognizedMediaType()
  if (totalBytes === 0) throw emptyBody()
  const { declaredType } = readDeclaredMedia(String(sentType), category)
  return {
    ...{ mediaType, declaredType, totalBytes },
    category: category ?? inferCategory(mediaType),
    additionalOwners: parameters.additional_owners,
    shared: parameters.shared,
  }
}
