import { type CheckedMedia, checkMedia } from '../ingress/media-type.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { policyFor } from '../routes/principal-policy.ts'
import type { CommandInitialize } from '../x/command-schemas.ts'
import { isMediaType, MEDIA_EXPIRY_SECS } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { InitializeRequest } from '../x/schemas.ts'
import { missingParameter } from '../x/x-problems.ts'
import { InvalidRequest, unrecognizedMediaType } from './invalid-request.ts'
import type { CompatInstance, CompatRequest } from './request.ts'

/**
 * INIT. `total_bytes` and `media_type`, which X's schema makes optional, are required here: nothing could be checked
 * without them.
 */
export async function initialize(
  { c, principal, context }: CompatRequest,
  parameters: InitializeRequest | Omit<CommandInitialize, 'command'>,
  instance: CompatInstance,
): Promise<XMediaAnswer> {
  const { client, clock, creations, compatUploads } = instance
  const { subject } = principal
  const { mediaType, category, totalBytes } = checkParameters(parameters)
  const { additional_owners: additionalOwners, shared } = parameters
  const policy = policyFor(c, principal, instance)
  policy.checkSize(totalBytes, category)
  await creations.consume(subject, 0)
  await policy.consumeQuota(totalBytes)
  const answer = await client.initialize({ mediaType, category, totalBytes, additionalOwners, shared }, context)
  const { id: mediaId, expires_after_secs: expiresAfterSecs = MEDIA_EXPIRY_SECS } = answer.data
  const expiresAt = clock.now() + expiresAfterSecs * 1000
  await compatUploads.create(mediaId, {
    ...{ subject, mediaType, category, totalBytes, expiresAt },
    ...{ parts: 0, segments: [], state: 'open' },
  })
  context.emit({ type: 'initialized', mediaId, mediaType, category, totalBytes })
  return answer
}

function checkParameters({
  total_bytes: totalBytes,
  media_type: type,
  media_category: category,
}: InitializeRequest | Omit<CommandInitialize, 'command'>): CheckedMedia & { totalBytes: number } {
  if (totalBytes === undefined) throw new InvalidRequest(missingParameter('total_bytes'))
  if (type === undefined) throw new InvalidRequest(missingParameter('media_type'))
  if (!isMediaType(type)) throw unrecognizedMediaType()
  if (totalBytes === 0) throw emptyBody()
  return { ...checkMedia(type, category), totalBytes }
}
