/** The calls that add metadata and subtitles to uploaded media. */

import { metadataRequest, type SubtitlesCategory, subtitlesDeleteRequest, subtitlesRequest } from '../x/schemas.ts'
import type { ApiCall } from './api-call.ts'
import { jsonResponse, mediaNotFound } from './api-responses.ts'
import type { EmulatorState } from './emulator-state.ts'
import type { Upload } from './uploads.ts'

/** `POST /2/media/metadata` */
export function createMetadata(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('media.write')
  call.allowQuery()
  const { id, metadata = {} } = call.validate(metadataRequest, call.jsonFields())
  const upload = state.uploads.getOwned(id, user)
  Object.assign(upload.metadata, metadata)
  return jsonResponse({ data: { id, associated_metadata: upload.metadata } })
}

/** `POST /2/media/subtitles` */
export function createSubtitles(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('media.write')
  call.allowQuery()
  const { id, media_category, subtitles } = call.validate(subtitlesRequest, call.jsonFields())
  const video = getOwnedVideo(state, id, media_category, user)
  const file = state.uploads.getOwned(subtitles.id, user)
  if (file.category !== 'subtitles' || file.finalizedAt === undefined) throw mediaNotFound()
  removeLanguage(video, subtitles.language_code)
  video.subtitles.push(subtitles)
  return jsonResponse({ data: { id, media_category, associated_subtitles: subtitles } })
}

/** `DELETE /2/media/subtitles`, which has a body */
export function deleteSubtitles(state: EmulatorState, call: ApiCall): Response {
  const user = call.authorize('media.write')
  call.allowQuery()
  const { id, media_category, language_code } = call.validate(subtitlesDeleteRequest, call.jsonFields())
  const video = getOwnedVideo(state, id, media_category, user)
  return jsonResponse({ data: { deleted: removeLanguage(video, language_code) } })
}

function getOwnedVideo(state: EmulatorState, id: string, category: SubtitlesCategory, user: string): Upload {
  const upload = state.uploads.getOwned(id, user)
  if (upload.category !== (category === 'TweetVideo' ? 'tweet_video' : 'amplify_video')) throw mediaNotFound()
  return upload
}

/** Whether there were subtitles in this language. */
function removeLanguage({ subtitles }: Upload, language: string): boolean {
  const at = subtitles.findIndex((file) => file.language_code === language)
  if (at >= 0) subtitles.splice(at, 1)
  return at >= 0
}
