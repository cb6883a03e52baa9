/** The resource generation: initialize, append and finalize at URLs of their own, and the one-shot upload. */

import * as z from 'zod/mini'
import { identify } from '../ingress/signatures/identify.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'
import { decodeBase64 } from '../lib/encoding.ts'
import { ID_PATTERN, isMediaType, type MediaCategory, type MediaType } from '../x/limits.ts'
import { appendFields, appendRequest, initializeRequest, uploadFields, uploadRequest } from '../x/schemas.ts'
import type { ApiCall } from './api-call.ts'
import { badRequest, jsonResponse, missingMedia } from './api-responses.ts'
import { requireMediaPart } from './call-body.ts'
import type { EmulatorState } from './emulator-state.ts'
import { appendAnswer, createUpload, finishUpload, receiveSegment, startUpload } from './upload-steps.ts'
import { storeSegment, type Upload } from './uploads.ts'

/** `POST /2/media/upload/initialize` */
export function initializeUpload(state: EmulatorState, call: ApiCall): Response {
  const owner = call.authorize('media.write')
  call.allowQuery()
  return jsonResponse(startUpload(state, owner, call.validate(initializeRequest, call.jsonFields())))
}

/** `POST /2/media/upload/:id/append` */
export function appendUpload(state: EmulatorState, call: ApiCall): Response {
  const upload = authorizedUpload(state, call)
  const { fields, bytes } = readMedia(call, appendFields, appendRequest)
  receiveSegment(state, call, upload, fields.segment_index, bytes)
  return jsonResponse(appendAnswer(upload))
}

const noFields = z.strictObject({})

/** `POST /2/media/upload/:id/finalize` */
export function finalizeUpload(state: EmulatorState, call: ApiCall): Response {
  const upload = authorizedUpload(state, call)
  if (call.body.kind !== 'none') call.validate(noFields, call.jsonFields())
  return jsonResponse(finishUpload(state, upload))
}

/** The media type of a one-shot upload whose `media` has none, and whose bytes do not tell. */
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

/** `POST /2/media/upload` */
export function oneShotUpload(state: EmulatorState, call: ApiCall): Response {
  const owner = call.authorize('media.write')
  call.allowQuery()
  const { fields, bytes, type } = readMedia(call, uploadFields, uploadRequest)
  if (bytes.length === 0) throw missingMedia()
  const upload = createUpload(state, {
    owner,
    mediaType: oneShotType(type, bytes) ?? ASSUMED_TYPE[fields.media_category],
    category: fields.media_category,
    totalBytes: bytes.length,
    additionalOwners: fields.additional_owners,
    shared: undefined,
  })
  storeSegment(upload, 0, bytes)
  return jsonResponse(finishUpload(state, upload))
}

/** The request has no field for the type: the part of the media declares it, or its first bytes tell. */
function oneShotType(declared: string | undefined, bytes: Uint8Array): MediaType | undefined {
  if (declared !== undefined && isMediaType(declared)) return declared
  return identify(bytes.subarray(0, HEAD_BYTES))?.mediaType
}

/** The upload in the URL, which the user of the token must own. */
function authorizedUpload(state: EmulatorState, call: ApiCall): Upload {
  const user = call.authorize('media.write')
  call.allowQuery()
  const id = call.record.id ?? ''
  if (!ID_PATTERN.test(id)) throw badRequest('The `id` path parameter is not valid', { id: [id.slice(0, 100)] })
  return state.uploads.getOwned(id, user)
}

/** The media of a call and the fields beside it, from multipart or, as base64, from JSON. */
function readMedia<Fields>(
  call: ApiCall,
  formSchema: z.ZodMiniType<Fields>,
  jsonSchema: z.ZodMiniType<Fields & { media: string }>,
): { fields: Fields; bytes: Uint8Array<ArrayBuffer>; type: string | undefined } {
  const { body } = call
  if (body.kind === 'form') {
    const { bytes, type } = requireMediaPart(body)
    return { fields: call.validate(formSchema, body.fields), bytes, type }
  }
  if (body.fields['media'] === undefined) throw missingMedia()
  const request = call.validate(jsonSchema, body.fields)
  return { fields: request, bytes: decodeBase64(request.media), type: undefined }
}
