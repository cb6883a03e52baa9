import { isStillImage } from '../ingress/check-media.ts'
import type { MediaInspection } from '../ingress/media-check.ts'
import { emptyBody, type UploadSource } from '../ingress/upload-source.ts'
import { abortable } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { createEnvelope } from '../x/multipart-envelope.ts'
import type { XClient } from '../x/x-client.ts'
import { finishInspection } from './inspection.ts'
import type { MemoryReservation } from './memory-reservation.ts'
import { readSegments } from './read-segments.ts'
import { createSegmentMemory } from './segment-memory.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** Whether an upload can go in one call: an image up to `oneShotBytes`, without parameters that only INIT accepts. */
export function fitsOneShot({ declared, totalBytes, requested }: UploadSource, oneShotBytes: number): boolean {
  if (totalBytes === undefined || totalBytes > oneShotBytes) return false
  return requested().shared === undefined && isStillImage(declared())
}

export interface OneShotOptions {
  client: XClient
  clock: Clock
  plan: SegmentPlan
  reservation: MemoryReservation
  call: CallContext
  inspection: MediaInspection | undefined
}

/** Reads a whole file, and then uploads it in one call. */
export async function sendOneShot(
  source: UploadSource,
  { client, clock, plan, reservation, call, inspection }: OneShotOptions,
): Promise<XMediaAnswer> {
  const { body, totalBytes = 0, admit } = source
  const { additionalOwners } = source.requested()
  const fieldsFor = (category: MediaCategory) => ({
    media_category: category,
    ...(additionalOwners?.length ? { additional_owners: additionalOwners.join(',') } : {}),
  })
  // An image is this or a `dm_image`, which is shorter.
  const envelope = createEnvelope(fieldsFor('tweet_image'))
  const memory = createSegmentMemory({ envelope, reservation, clock, plan, signal: call.signal })
  let file: Uint8Array<ArrayBuffer> | undefined
  const segments = readSegments(body, { segmentBytes: () => totalBytes, totalBytes, memory, signal: call.signal })
  for await (const segment of segments) file = segment
  if (file === undefined) throw emptyBody()
  inspection?.push(file)
  const { category } = await abortable(
    admit({ declared: source.declared(), start: file, totalBytes }, call.signal, inspection),
    call.signal,
  )
  await abortable(finishInspection(inspection, source, { category, totalBytes }), call.signal)
  const multipart = { contentType: envelope.contentType, body: envelope.wrap(file, fieldsFor(category)) }
  return await client.upload(multipart, call)
}
