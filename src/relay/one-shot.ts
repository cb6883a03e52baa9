import { XMediaError } from '../errors.ts'
import type { UploadSource } from '../ingress/source.ts'
import type { CallContext } from '../x/call.ts'
import type { XClient } from '../x/client.ts'
import { createEnvelope } from '../x/envelope.ts'
import type { XMediaAnswer } from '../x/media.ts'
import { readBody } from './body.ts'

/** Whether an upload can go in one call: an image within the limit, and nothing that only INIT can say. */
export function fitsOneShot({ category, totalBytes, shared }: UploadSource, oneShotBytes: number): boolean {
  return totalBytes <= oneShotBytes && (category === 'tweet_image' || category === 'dm_image') && shared === undefined
}

/** Sends a whole file in one call, after its body ended well. */
export async function sendOneShot(
  { body, totalBytes, category, additionalOwners }: UploadSource,
  call: CallContext,
  client: XClient,
): Promise<XMediaAnswer> {
  const fields = {
    media_category: category,
    ...(additionalOwners?.length ? { additional_owners: additionalOwners.join(',') } : {}),
  }
  const { allocate, wrap, contentType } = createEnvelope(fields)
  let file: Uint8Array<ArrayBuffer> | undefined
  for await (const segment of readBody(body, {
    segmentBytes: () => totalBytes,
    totalBytes,
    allocate,
    signal: call.signal,
  })) {
    file = segment
  }
  if (file === undefined) throw new XMediaError('empty_body', 'The body is empty; send the file in it.')
  return await client.upload({ contentType, body: wrap(file, fields) }, call)
}
