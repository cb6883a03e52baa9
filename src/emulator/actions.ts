/** What the calls of both generations do, once they are understood. */

import { statusQuery, type XAppended, type XMedia } from '../x/schemas.ts'
import { unique } from './call-body.ts'
import type { Incoming } from './incoming.ts'
import type { Part } from './multipart-parser.ts'
import { invalid, notFound, type Refusal, tooLarge } from './refusals.ts'
import { finalize, storeSegment, type Upload } from './uploads.ts'
import type { World } from './world.ts'

/** The `media` part of a multipart body. */
export function mediaPart({ body }: Incoming): Part {
  if (body.media === undefined) throw missingMedia()
  return body.media
}

/** The `media` member of a JSON body, out of base64. */
export function decodeMedia(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** X says JSON for multipart too. */
export function missingMedia(): Refusal {
  return invalid('Missing media field in JSON', { media: [] })
}

/** The answer to initialize. */
export function describeSession(world: World, upload: Upload): { data: XMedia } {
  const { id, mediaKey } = upload
  return { data: { id, media_key: mediaKey, expires_after_secs: world.expiresAfterSecs(upload) } }
}

export function append(
  world: World,
  incoming: Incoming,
  upload: Upload,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  if (bytes.length === 0) throw missingMedia()
  if (bytes.length > world.maxSegmentBytes) throw tooLarge()
  if (storeSegment(upload, index, bytes) === 'replaced') {
    world.ledger.violate(incoming.call, 'index_two_ranges', `${bytes.length} bytes replace others`)
  }
}

/** The answer to APPEND in the resource generation. */
export function acknowledgement(upload: Upload | undefined): { data: XAppended } {
  return { data: upload === undefined ? {} : { expires_at: Math.floor(upload.expiresAt / 1000) } }
}

export function finish(world: World, upload: Upload): { data: XMedia } {
  if (upload.finalizedAt === undefined) finalize(upload, world.clock.now())
  else if (world.repeatedFinalize === 'refuse') throw invalid('Media is already finalized.')
  const media = world.describe(upload)
  // FINALIZE, unlike STATUS, names no percentage when the processing is over at once.
  const isDone = media.processing_info?.state === 'succeeded'
  return { data: isDone ? { ...media, processing_info: { state: 'succeeded' } } : media }
}

/** STATUS is the same in both generations. What is not processed has no status: an image gets a 400. */
export function describeStatus(world: World, incoming: Incoming): { data: XMedia } {
  const user = incoming.user('media.write')
  incoming.allowQuery('media_id', 'command')
  const query = incoming.check(statusQuery, unique(incoming.query))
  const upload = world.uploads.find(query.media_id, user)
  if (world.processing(upload) === undefined) throw notFound()
  return { data: world.describe(upload) }
}
