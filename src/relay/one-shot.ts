import { emptyBody, HEAD_BYTES, type UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import type { XClient } from '../x/client.ts'
import type { Clock } from '../x/clock.ts'
import { untilAborted } from '../x/ending.ts'
import { createEnvelope } from '../x/envelope.ts'
import type { XMediaAnswer } from '../x/media.ts'
import { readBody } from './body.ts'
import type { Allotment } from './memory.ts'
import type { SegmentPlan } from './plan.ts'
import { createSegmentMemory } from './segment-memory.ts'
import { createWindow } from './window.ts'

/** Whether an upload can go in one call: an image within the limit, and nothing that only INIT can say. */
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
  allotment: Allotment
  call: CallContext
}

/** Sends a whole file in one call, after its body ended well. */
export async function sendOneShot(
  { body, totalBytes = 0, category, additionalOwners, check }: UploadSource,
  { client, clock, plan, allotment, call }: OneShotOptions,
): Promise<XMediaAnswer> {
  const fields = {
    media_category: category,
    ...(additionalOwners?.length ? { additional_owners: additionalOwners.join(',') } : {}),
  }
  const envelope = createEnvelope(fields)
  const window = createWindow(1, () => {})
  const memory = createSegmentMemory({ envelope, allotment, clock, plan, window })
  let file: Uint8Array<ArrayBuffer> | undefined
  const segments = readBody(body, { segmentBytes: () => totalBytes, totalBytes, memory, signal: call.signal })
  for await (const segment of segments) file = segment
  if (file === undefined) throw emptyBody()
  if (check) await untilAborted(check(file.slice(0, HEAD_BYTES), totalBytes, call.signal), call.signal)
  return await client.upload({ contentType: envelope.contentType, body: envelope.wrap(file, fields) }, call)
}
