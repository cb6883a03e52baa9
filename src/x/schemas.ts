/**
 * The requests and responses of X's media API.
 *
 * Requests are strict because X refuses unknown members: the official OpenAPI says `additionalProperties: false` (2.167),
 * and the live service answers 400. Responses are interfaces only, because X may add members at any time.
 */

import * as z from 'zod/mini'
import { altText, id, integerText, ownerIds, ownerIdsText, segmentIndex, totalBytes } from './field-schemas.ts'
import { MEDIA_CATEGORIES, MEDIA_TYPES, type MediaCategory, type MediaType } from './limits.ts'

/** `POST /2/media/upload/initialize`, JSON. */
export interface InitializeRequest {
  media_type?: MediaType
  media_category?: MediaCategory
  /** Bytes, 0 to 16 GiB. Optional in X's schema, but an upload without it cannot be finalized. */
  total_bytes?: number
  /** Ids of other users who may use the media. */
  additional_owners?: string[]
  /** Whether the media may be used in more than one direct message. */
  shared?: boolean
}
export const initializeRequest: z.ZodMiniType<InitializeRequest> = z.strictObject({
  media_type: z.exactOptional(z.enum(MEDIA_TYPES)),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  total_bytes: z.exactOptional(totalBytes),
  additional_owners: z.exactOptional(ownerIds),
  shared: z.exactOptional(z.boolean()),
})

/** `POST /2/media/upload/:id/append`, JSON. */
export interface AppendRequest {
  /** The bytes in base64. */
  media: string
  segment_index: number
}
export const appendRequest: z.ZodMiniType<AppendRequest> = z.strictObject({
  media: z.base64(),
  segment_index: segmentIndex,
})

/** The same without `media`. */
export const appendMembers: z.ZodMiniType<AppendFields> = z.strictObject({ segment_index: segmentIndex })

/** `POST /2/media/upload/:id/append`, multipart: the text fields beside the `media` part. */
export interface AppendFields {
  segment_index: number
}
export const appendFields: z.ZodMiniType<AppendFields> = z.strictObject({
  segment_index: z.pipe(integerText, segmentIndex),
})

/** The categories that can be uploaded in one request: all but `amplify_video`. */
const ONE_SHOT_CATEGORIES: readonly Exclude<MediaCategory, 'amplify_video'>[] = [
  'tweet_image',
  'tweet_video',
  'tweet_gif',
  'dm_image',
  'dm_video',
  'dm_gif',
  'subtitles',
]

/** `POST /2/media/upload`, multipart, a whole file in one request: the text fields beside the `media` part. */
export interface UploadFields {
  media_category: Exclude<MediaCategory, 'amplify_video'>
  /** User ids; on the wire, one string with commas between them. */
  additional_owners?: string[]
}
const uploadShape = {
  media_category: z.enum(ONE_SHOT_CATEGORIES),
  additional_owners: z.exactOptional(ownerIdsText),
}
export const uploadFields: z.ZodMiniType<UploadFields> = z.strictObject(uploadShape)

/** `POST /2/media/upload`, JSON, a whole file in one request. */
export interface UploadRequest extends UploadFields {
  /** The bytes in base64. */
  media: string
}
export const uploadRequest: z.ZodMiniType<UploadRequest> = z.strictObject({ ...uploadShape, media: z.base64() })

/** `GET /2/media/upload`, query. */
export interface StatusQuery {
  media_id: string
  command?: 'STATUS'
}
export const statusQuery: z.ZodMiniType<StatusQuery> = z.strictObject({
  media_id: id,
  command: z.exactOptional(z.enum(['STATUS'])),
})

/** `POST /2/media/metadata`, JSON. X has thirteen kinds of metadata; only these are checked. */
export interface MetadataRequest {
  id: string
  metadata?: {
    alt_text?: { text: string }
    allow_download_status?: { allow_download?: boolean }
    /** https://docs.x.com/x-api/media/create-media-metadata */
    sensitive_media_warning?: { adult_content?: boolean; graphic_violence?: boolean; other?: boolean }
    [other: string]: unknown
  }
}
const sensitiveMediaWarning = z.strictObject({
  adult_content: z.exactOptional(z.boolean()),
  graphic_violence: z.exactOptional(z.boolean()),
  other: z.exactOptional(z.boolean()),
})

export const metadataRequest: z.ZodMiniType<MetadataRequest> = z.strictObject({
  id,
  metadata: z.exactOptional(
    z.looseObject({
      alt_text: z.exactOptional(z.object({ text: altText })),
      allow_download_status: z.exactOptional(z.object({ allow_download: z.exactOptional(z.boolean()) })),
      sensitive_media_warning: z.exactOptional(sensitiveMediaWarning),
    }),
  ),
})

/** Categories as spelled in the subtitles endpoints. */
export type SubtitlesCategory = 'AmplifyVideo' | 'TweetVideo'
const subtitlesCategory = z.enum(['AmplifyVideo', 'TweetVideo'])
const languageCode = z.string().check(z.regex(/^[A-Z]{2}$/))

/** An uploaded subtitle file, as the subtitles of a video in one language. */
export interface SubtitleTrack {
  id: string
  language_code: string
  display_name?: string
}
export const subtitleTrack: z.ZodMiniType<SubtitleTrack> = z.object({
  id,
  language_code: languageCode,
  display_name: z.exactOptional(z.string()),
})

/** `POST /2/media/subtitles`, JSON: adds an uploaded subtitle file to a video. */
export interface SubtitlesRequest {
  id: string
  media_category: SubtitlesCategory
  subtitles: SubtitleTrack
}
export const subtitlesRequest: z.ZodMiniType<SubtitlesRequest> = z.strictObject({
  id,
  media_category: subtitlesCategory,
  subtitles: z.strictObject({
    id,
    language_code: languageCode,
    display_name: z.exactOptional(z.string()),
  }),
})

/** `DELETE /2/media/subtitles`, JSON: removes a language's subtitles from a video. */
export interface SubtitlesDeleteRequest {
  id: string
  media_category: SubtitlesCategory
  language_code: string
}
export const subtitlesDeleteRequest: z.ZodMiniType<SubtitlesDeleteRequest> = z.strictObject({
  id,
  media_category: subtitlesCategory,
  language_code: languageCode,
})

/** The states of X's processing. */
export type XProcessingState = 'pending' | 'in_progress' | 'succeeded' | 'failed'

/** How far X has processed a video or GIF after FINALIZE. */
export interface XProcessingInfo {
  state: XProcessingState
  /** Seconds to wait before the next status call. Missing once the state is final, and sometimes before that. */
  check_after_secs?: number
  progress_percent?: number
  /** Means failure, even beside `in_progress`. X sends it, although no published schema has it. */
  error?: { code?: number; name?: string; message?: string }
}

/** The `data` of every successful response except APPEND's. Ids can exceed 2^53, so they are strings. */
export interface XMedia {
  id: string
  media_key?: string
  /** Bytes that X has received. */
  size?: number
  /** Seconds until the id expires. */
  expires_after_secs?: number
  processing_info?: XProcessingInfo
  image?: { image_type?: string; w?: number; h?: number }
  video?: { video_type?: string }
}

/** The `data` of the response to APPEND, in the `resource` dialect. */
export interface XAppended {
  /** When the upload expires, in epoch seconds. */
  expires_at?: number
}

/** X's problem details. A response to an invalid request also has `errors`. */
export interface XProblem {
  title?: string
  type?: string
  detail?: string
  status?: number
  errors?: { message?: string; parameters?: Record<string, string[]> }[]
}
