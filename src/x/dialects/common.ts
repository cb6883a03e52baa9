import type { MetadataRequest, SubtitlesDeleteRequest, SubtitlesRequest } from '../schemas.ts'
import { jsonBody, type Multipart, type XRequest } from './dialect.ts'

/** Uploads a whole file in one call. https://docs.x.com/x-api/media/upload-media */
export const upload = (multipart: Multipart): XRequest => ({
  step: 'upload',
  method: 'POST',
  path: '/2/media/upload',
  ...multipart,
})

/** https://docs.x.com/x-api/media/create-media-metadata */
export const setMetadata = (request: MetadataRequest): XRequest => ({
  step: 'metadata',
  method: 'POST',
  path: '/2/media/metadata',
  ...jsonBody(request),
})

/** https://docs.x.com/x-api/media/create-media-subtitles */
export const addSubtitles = (request: SubtitlesRequest): XRequest => ({
  step: 'subtitles',
  method: 'POST',
  path: '/2/media/subtitles',
  ...jsonBody(request),
})

/** A DELETE with a body. https://docs.x.com/x-api/media/delete-media-subtitles */
export const deleteSubtitles = (request: SubtitlesDeleteRequest): XRequest => ({
  step: 'subtitles',
  method: 'DELETE',
  path: '/2/media/subtitles',
  ...jsonBody(request),
})
