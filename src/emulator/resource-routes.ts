/** The resource generation: initialize, append and finalize under the upload's own address, and the one-shot upload. */

import * as z from 'zod/mini'
import { ID_PATTERN, isMediaType, type MediaCategory, type MediaType } from '../x/limits.ts'
import {
  appendFields,
  appendRequest,
  initializeRequest,
  type UploadFields,
  uploadFields,
  uploadRequest,
} from '../x/schemas.ts'
import { acknowledgement, append, decodeMedia, describeSession, finish, mediaPart, missingMedia } from './actions.ts'
import type { Incoming } from './incoming.ts'
import { invalid, json } from './refusals.ts'
import { storeSegment, type Upload } from './uploads.ts'
import type { World } from './world.ts'

/** FINALIZE takes no fields. */
const nothing = z.strictObject({})

export function initialize(world: World, incoming: Incoming): Response {
  const owner = incoming.user('media.write')
  incoming.allowQuery()
  const request = incoming.check(initializeRequest, incoming.json())
  const upload = world.start({
    owner,
    mediaType: request.media_type,
    category: request.media_category,
    totalBytes: request.total_bytes,
    additionalOwners: request.additional_owners,
    shared: request.shared,
  })
  return json(describeSession(world, upload))
}

export function appendSegment(world: World, incoming: Incoming): Response {
  const upload = ownUpload(world, incoming)
  const { kind, fields } = incoming.body
  if (kind === 'form') {
    const { bytes } = mediaPart(incoming)
    append(world, incoming, upload, incoming.check(appendFields, fields).segment_index, bytes)
  } else {
    if (fields['media'] === undefined) throw missingMedia()
    const request = incoming.check(appendRequest, fields)
    append(world, incoming, upload, request.segment_index, decodeMedia(request.media))
  }
  return json(acknowledgement(upload))
}

export function finalizeUpload(world: World, incoming: Incoming): Response {
  const upload = ownUpload(world, incoming)
  if (incoming.body.kind !== 'none') incoming.check(nothing, incoming.json())
  return json(finish(world, upload))
}

function ownUpload(world: World, incoming: Incoming): Upload {
  const user = incoming.user('media.write')
  incoming.allowQuery()
  const id = incoming.call.id ?? ''
  if (!ID_PATTERN.test(id)) throw invalid('The `id` path parameter is not valid', { id: [id.slice(0, 100)] })
  return world.uploads.find(id, user)
}

/** What a one-shot upload is taken for when its part does not say: the request has no field for it. */
const ASSUMED_TYPE: Readonly<Record<MediaCategory, MediaType>> = {
  tweet_image: 'image/jpeg',
  dm_image: 'image/jpeg',
  tweet_gif: 'image/gif',
  dm_gif: 'image/gif',
  tweet_video: 'video/mp4',
  amplify_video: 'video/mp4',
  dm_video: 'video/mp4',
  subtitles: 'text/srt',
}

export function uploadAtOnce(world: World, incoming: Incoming): Response {
  const owner = incoming.user('media.write')
  incoming.allowQuery()
  const { fields, bytes, type } = readOneShot(incoming)
  if (bytes.length === 0) throw missingMedia()
  const upload = world.start({
    owner,
    mediaType: type !== undefined && isMediaType(type) ? type : ASSUMED_TYPE[fields.media_category],
    category: fields.media_category,
    totalBytes: bytes.length,
    additionalOwners: fields.additional_owners,
    shared: undefined,
  })
  storeSegment(upload, 0, bytes)
  return json(finish(world, upload))
}

function readOneShot(incoming: Incoming): {
  fields: UploadFields
  bytes: Uint8Array<ArrayBuffer>
  type: string | undefined
} {
  const { body } = incoming
  if (body.kind === 'form') {
    const media = mediaPart(incoming)
    return { fields: incoming.check(uploadFields, body.fields), bytes: media.bytes, type: media.type }
  }
  if (body.fields['media'] === undefined) throw missingMedia()
  const { media, ...fields } = incoming.check(uploadRequest, body.fields)
  return { fields, bytes: decodeMedia(media), type: undefined }
}
