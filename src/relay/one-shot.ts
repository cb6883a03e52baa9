import { emptyBody, HEAD_BYTES, type UploadSource } from '../ingress/upload-source.ts'
import { abortable } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import { createEnvelope } from '../x/multipart-envelope.ts'
import type { XClient } from '../x/x-client.ts'
import type { MemoryReservation } from './memory-pool.ts'
import { readSegments } from './read-segments.ts'
import { createSegmentMemory } from './segment-memory.ts'
import type { SegmentPlan } from './segment-plan.ts'

/** Whether an upload can go in one call: an image up to `oneShotBytes`, without parameters that only INIT accepts. */
export function fitsOneShot({ category, totalBytes, shared }: UploadSource, oneShotBytes: number): boolean {
  return (
    totalBytes !== undefined &&
    totalBytes <= oneShotBytes &&
    (category === 'tweet_image' || category === 'dm_image') &&
    shared === undefined
  )
}

export interface OneShotOptions {
  client: XClient
  clock: Clock
  plan: SegmentPlan
  reservation: MemoryReservation
  call: CallContext
}

/** Reads a whole file, and then uploads it in one call. */
export async function sendOneShot(
  { body, totalBytes = 0, category, additionalOwners, admit }: UploadSource,
  { client, clock, plan, reservation, call }: OneShotOptions,
): Promise<XMediaAnswer> {
  const fields = {
    media_category: category,
    ...(additionalOwners?.length ? { additional_owners: additionalOwners.join(',') } : {}),
  }
  const envelope = createEnvelope(fields)
  const memory = createSegmentMemory({ envelope, reservation, clock, plan })
  let file: Uint8Array<ArrayBuffer> | undefined
  const segments = readSegments(body, { segmentBytes: () => totalBytes, totalBytes, memory, signal: call.signal })
  for await (const segment of segments) file = segment
  if (file === undefined) throw emptyBody()
  if (admit) await abortable(admit(file.slice(0, HEAD_BYTES), totalBytes, call.signal), call.signal)
  return await client.upload({ contentType: envelope.contentType, body: envelope.wrap(file, fields) }, call)
}
