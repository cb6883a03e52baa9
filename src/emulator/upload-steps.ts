/** The work behind the upload calls, shared by both API generations. */

import type { CommandInitialize } from '../x/command-schemas.ts'
import {
  CATEGORY_MAX_BYTES,
  categoryAccepts,
  isMediaType,
  isProcessed,
  PREMIUM_CATEGORY_MAX_BYTES,
} from '../x/limits.ts'
import { type InitializeRequest, statusQuery, type XAppended, type XMedia } from '../x/schemas.ts'
import type { ApiCall } from './api-call.ts'
import { badRequest, jsonResponse, mediaNotFound, missingMedia, tooLarge } from './api-responses.ts'
import { uniqueFields } from './call-body.ts'
import type { EmulatorState } from './emulator-state.ts'
import { describeMedia, expiresAfterSecs, processingOf } from './media-object.ts'
import { brokenRuleEnding } from './media-rules.ts'
import { failedWith, INVALID_MEDIA } from './processing.ts'
import { markFinalized, type NewUpload, storeSegment, type Upload } from './uploads.ts'

/** Creates an upload, or refuses it for its size. */
export function createUpload(state: EmulatorState, request: NewUpload): Upload {
  const upload = state.uploads.create(request)
  const { category, mediaType, totalBytes = 0 } = upload
  const isPremium = state.tokens.accountOf(upload.owner) === 'premium'
  const limit = (isPremium ? PREMIUM_CATEGORY_MAX_BYTES : CATEGORY_MAX_BYTES)[category]
  if (state.options.enforceSizes && totalBytes > limit) {
    throw badRequest(`File size exceeds ${limit} bytes.`, { total_bytes: [`${totalBytes}`] })
  }
  // X accepts a PNG as `amplify_video` and gives it an id; only its processing fails.
  if (mediaType !== undefined && isMediaType(mediaType) && !categoryAccepts(category, mediaType)) {
    upload.processingOverrides.ending = failedWith(INVALID_MEDIA)
  }
  return upload
}

/** Initialize: creates an upload and answers with its id. */
export function startUpload(
  state: EmulatorState,
  owner: string,
  request: InitializeRequest | CommandInitialize,
): { data: XMedia } {
  const upload = createUpload(state, {
    owner,
    mediaType: request.media_type,
    category: request.media_category,
    totalBytes: request.total_bytes,
    additionalOwners: request.additional_owners,
    shared: request.shared,
  })
  const { id, mediaKey } = upload
  return { data: { id, media_key: mediaKey, expires_after_secs: expiresAfterSecs(state, upload) } }
}

/** APPEND: stores a segment. */
export function receiveSegment(
  state: EmulatorState,
  call: ApiCall,
  upload: Upload,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  const { maxSegments, maxSegmentBytes } = state.options
  if (index >= maxSegments) {
    throw badRequest(`SegmentIndex must be between 0 and ${maxSegments - 1}.`, { segment_index: [`${index}`] })
  }
  if (bytes.length === 0) throw missingMedia()
  if (bytes.length > maxSegmentBytes) throw tooLarge()
  if (storeSegment(upload, index, bytes) === 'replaced') {
    state.log.addViolation(call.record, 'index_two_ranges', `${bytes.length} bytes replace others`)
  }
}

/** The body that answers APPEND in the resource generation. */
export function appendAnswer(upload: Upload | undefined): { data: XAppended } {
  return { data: upload === undefined ? {} : { expires_at: Math.floor(upload.expiresAt / 1000) } }
}

/** FINALIZE: checks that the upload is complete, and describes the media. */
export function finishUpload(state: EmulatorState, upload: Upload): { data: XMedia } {
  if (upload.finalizedAt === undefined) startProcessing(state, upload)
  else if (state.options.repeatedFinalize === 'refuse') throw badRequest('Media is already finalized.')
  const media = describeMedia(state, upload)
  // Unlike STATUS, FINALIZE reports no percentage when processing has ended at once.
  const isProcessed = media.processing_info?.state === 'succeeded'
  return { data: isProcessed ? { ...media, processing_info: { state: 'succeeded' } } : media }
}

function startProcessing(state: EmulatorState, upload: Upload): void {
  markFinalized(upload, state.now())
  const { category, processingOverrides } = upload
  if (!state.options.mediaRules || !isProcessed(category)) return
  const ending = brokenRuleEnding(upload, state.tokens.accountOf(upload.owner))
  if (ending !== undefined) processingOverrides.ending ??= ending
}

/** `GET /2/media/upload`, the same in both generations. Media that X does not process, such as images, get a 400. */
export function getUploadStatus(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('media.write')
  call.allowQuery('media_id', 'command')
  const query = call.validate(statusQuery, uniqueFields(call.query))
  const upload = state.uploads.getOwned(query.media_id, user)
  if (processingOf(state, upload) === undefined) throw mediaNotFound()
  return jsonResponse({ data: describeMedia(state, upload) })
}
