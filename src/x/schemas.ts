/**
 * What X's media API takes and answers.
 *
 * Requests are strict, because X refuses unknown fields: the official OpenAPI says `additionalProperties: false`
 * (2.167) and the live service answers 400. Answers are interfaces only: a client must tolerate whatever X adds.
 */

import * as z from 'zod/mini'
import {
  ID_PATTERN,
  MAX_ADDITIONAL_OWNERS,
  MAX_ALT_TEXT,
  MAX_SEGMENTS,
  MAX_TOTAL_BYTES,
  MEDIA_CATEGORIES,
  MEDIA_TYPES,
  type MediaCategory,
  type MediaType,
} from './limits.ts'

const id = z.string().check(z.regex(ID_PATTERN))
const integer = z.pipe(
  z.string().check(z.regex(/^[0-9]{1,15}$/)),
  z.transform((text: string) => Number(text)),
)
const totalBytes = z.int().check(z.minimum(0), z.maximum(MAX_TOTAL_BYTES))
const segmentIndex = z.int().check(z.minimum(0), z.maximum(MAX_SEGMENTS - 1))
const ownerList = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => text.split(',')),
    z.array(id).check(z.maxLength(MAX_ADDITIONAL_OWNERS)),
  ),
)
const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((text: 'true' | 'false') => text === 'true'),
)

/** `POST /2/media/upload/initialize`, JSON. */
export interface InitializeRequest {
  media_type?: MediaType
  media_category?: MediaCategory
  /** Bytes, 0 to 16 GiB. Optional in X's schema, but a session without it cannot be finalized. */
  total_bytes?: number
  /** User ids allowed to use the media. */
  additional_owners?: string[]
  /** Whether the media may be sent in several direct messages. */
  shared?: boolean
}
export const initializeRequest: z.ZodMiniType<InitializeRequest> = z.strictObject({
  media_type: z.exactOptional(z.enum(MEDIA_TYPES)),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  total_bytes: z.exactOptional(totalBytes),
  additional_owners: z.exactOptional(z.array(id).check(z.maxLength(MAX_ADDITIONAL_OWNERS))),
  shared: z.exactOptional(z.boolean()),
})

/** `POST /2/media/upload/:id/append`, JSON: the bytes in base64. */
export interface AppendRequest {
  media: string
  segment_index: number
}
export const appendRequest: z.ZodMiniType<AppendRequest> = z.strictObject({
  media: z.base64(),
  segment_index: segmentIndex,
})

/** The same without its bytes. */
export const appendMembers: z.ZodMiniType<AppendFields> = z.strictObject({ segment_index: segmentIndex })

/** `POST /2/media/upload/:id/append`, multipart: the text fields beside the `media` part. */
export interface AppendFields {
  segment_index: number
}
export const appendFields: z.ZodMiniType<AppendFields> = z.strictObject({
  segment_index: z.pipe(integer, segmentIndex),
})

/** Categories of the one-shot upload: all but `amplify_video`. */
const ONE_SHOT_CATEGORIES: readonly Exclude<MediaCategory, 'amplify_video'>[] = [
  'tweet_image',
  'tweet_video',
  'tweet_gif',
  'dm_image',
  'dm_video',
  'dm_gif',
  'subtitles',
]

/** `POST /2/media/upload` in one request, multipart: the text fields beside the `media` part. */
export interface UploadFields {
  media_category: Exclude<MediaCategory, 'amplify_video'>
  /** User ids; X takes them here as one comma-separated string. */
  additional_owners?: string[]
}
const uploadShape = {
  media_category: z.enum(ONE_SHOT_CATEGORIES),
  additional_owners: z.exactOptional(ownerList),
}
export const uploadFields: z.ZodMiniType<UploadFields> = z.strictObject(uploadShape)

/** `POST /2/media/upload` in one request, JSON: the bytes in base64. */
export interface UploadRequest extends UploadFields {
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

/** `command=INIT` of the command generation, query and form together. */
export interface CommandInitialize {
  command: 'INIT'
  total_bytes?: number
  /** Free text in this generation: an unknown type is only noticed at FINALIZE. */
  media_type?: string
  media_category?: MediaCategory
  additional_owners?: string[]
  shared?: boolean
}
export const commandInitialize: z.ZodMiniType<CommandInitialize> = z.strictObject({
  command: z.literal('INIT'),
  total_bytes: z.exactOptional(z.pipe(integer, totalBytes)),
  media_type: z.exactOptional(z.string()),
  media_category: z.exactOptional(z.enum(MEDIA_CATEGORIES)),
  additional_owners: z.exactOptional(ownerList),
  shared: z.exactOptional(flag),
})

/** `command=APPEND` of the command generation, query and form together, beside the `media` part. */
export interface CommandAppend {
  command: 'APPEND'
  media_id: string
  segment_index: number
}
export const commandAppend: z.ZodMiniType<CommandAppend> = z.strictObject({
  command: z.literal('APPEND'),
  media_id: id,
  segment_index: z.pipe(integer, segmentIndex),
})

/** `command=FINALIZE` of the command generation, query and form together. */
export interface CommandFinalize {
  command: 'FINALIZE'
  media_id: string
}
export const commandFinalize: z.ZodMiniType<CommandFinalize> = z.strictObject({
  command: z.literal('FINALIZE'),
  media_id: id,
})

/** `POST /2/media/metadata`, JSON. Of X's thirteen kinds of metadata only these are spelled out. */
export interface MetadataRequest {
  id: string
  metadata?: {
    alt_text?: { text: string }
    allow_download_status?: { allow_download?: boolean }
    [other: string]: unknown
  }
}
export const metadataRequest: z.ZodMiniType<MetadataRequest> = z.strictObject({
  id,
  metadata: z.exactOptional(
    z.looseObject({
      alt_text: z.exactOptional(z.object({ text: z.string().check(z.maxLength(MAX_ALT_TEXT)) })),
      allow_download_status: z.exactOptional(z.object({ allow_download: z.exactOptional(z.boolean()) })),
    }),
  ),
})

/** Category names as the subtitles endpoints spell them. */
export type SubtitlesCategory = 'AmplifyVideo' | 'TweetVideo'
const subtitlesCategory = z.enum(['AmplifyVideo', 'TweetVideo'])
const languageCode = z.string().check(z.regex(/^[A-Z]{2}$/))

/** `POST /2/media/subtitles`, JSON: attach an uploaded subtitle file to a video. */
export interface SubtitlesRequest {
  id: string
  media_category: SubtitlesCategory
  subtitles: { id: string; language_code: string; display_name?: string }
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

/** `DELETE /2/media/subtitles`, JSON body. */
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

/** The states X's processing goes through. */
export type XProcessingState = 'pending' | 'in_progress' | 'succeeded' | 'failed'

/** Progress of the processing X does after FINALIZE, for videos and GIFs. */
export interface XProcessingInfo {
  state: XProcessingState
  /** Seconds to wait before the next status call. Absent once the state is final, and sometimes before. */
  check_after_secs?: number
  progress_percent?: number
  /** In no published schema, yet real: it means failure, even beside `in_progress`. */
  error?: { code?: number; name?: string; message?: string }
}

/** The `data` object of every successful answer but APPEND's. Ids exceed 2^53: they are strings. */
export interface XMedia {
  id: string
  media_key?: string
  /** Bytes received. */
  size?: number
  /** Seconds until the id can no longer be used. */
  expires_after_secs?: number
  processing_info?: XProcessingInfo
  image?: { image_type?: string; w?: number; h?: number }
  video?: { video_type?: string }
}

/** The `data` object of APPEND in the resource generation. */
export interface XAppended {
  /** Epoch seconds at which the session ends. */
  expires_at?: number
}

/** X's problem details, and the validation envelope which adds `errors`. */
export interface XProblem {
  title?: string
  type?: string
  detail?: string
  status?: number
  errors?: { message?: string; parameters?: Record<string, string[]> }[]
}
