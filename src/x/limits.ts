/**
 * X's own numbers and names, each with its source.
 *
 * [spec] the official OpenAPI, version 2.167 (2026-08); [docs] the media quickstart and best practices on docs.x.com
 * (2026-09); [seen] reports from the live service.
 */

/** The media types that INIT accepts. [spec] `InitializeMediaUploadRequest.media_type` */
export const MEDIA_TYPES = [
  'video/mp4',
  'video/webm',
  'video/mp2t',
  'video/quicktime',
  'text/srt',
  'text/vtt',
  'image/jpeg',
  'image/gif',
  'image/bmp',
  'image/png',
  'image/webp',
  'image/pjpeg',
  'image/tiff',
  'model/gltf-binary',
  'model/vnd.usdz+zip',
] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

/** What a media is for. [spec] `InitializeMediaUploadRequest.media_category` */
export const MEDIA_CATEGORIES = [
  'amplify_video',
  'tweet_gif',
  'tweet_image',
  'tweet_video',
  'dm_gif',
  'dm_image',
  'dm_video',
  'subtitles',
] as const
export type MediaCategory = (typeof MEDIA_CATEGORIES)[number]

/** The id of a media, user or subtitle file. Ids can exceed 2^53, so they are strings. [spec] */
export const ID_PATTERN: RegExp = /^[0-9]{1,19}$/

/** The largest `total_bytes` in X's schema, 16 GiB. [spec] */
export const MAX_TOTAL_BYTES = 17_179_869_184

/** Segment indices run from 0 to 999. [spec] A later limit of 9999 is reported, but in no published spec. */
export const MAX_SEGMENTS = 1000

/** The largest segment: 5 MB. [docs] X's edge refuses 5 MiB with an empty 413. [seen] */
export const MAX_SEGMENT_BYTES = 5_000_000

/** 4 MiB, which X's own samples send, [docs] and which is known to work. [seen] */
export const DEFAULT_SEGMENT_BYTES: number = 4 * 1024 * 1024

/** Most media expire this many seconds after INIT, unless X says otherwise. https://docs.x.com/x-api/media/quickstart */
export const MEDIA_EXPIRY_SECS = 86_400

/** "Up to 100 additional owners may be specified." [docs] of the `command` dialect */
export const MAX_ADDITIONAL_OWNERS = 100

/** The longest alternative text, in characters. [spec] `alt_text.text.maxLength` */
export const MAX_ALT_TEXT = 1000

const MB = 1_000_000
const GB = 1_000_000_000

/**
 * The largest file of each category, in bytes, for accounts without Premium, as of 2026-09. [docs] Premium accounts can
 * send 16 GB of video, or 1 GB in direct messages; the option `limits.categoryBytes` raises the limits.
 */
export const CATEGORY_MAX_BYTES: Readonly<Record<MediaCategory, number>> = {
  tweet_image: 5 * MB,
  dm_image: 5 * MB,
  tweet_gif: 15 * MB,
  dm_gif: 15 * MB,
  tweet_video: 8 * GB,
  amplify_video: 8 * GB,
  dm_video: 512 * MB,
  subtitles: MB,
}

/** The kind of a media type. Each category accepts one kind; 3D models count as video. */
export type MediaKind = 'image' | 'gif' | 'video' | 'subtitles'

function mediaKind(type: MediaType): MediaKind {
  if (type === 'image/gif') return 'gif'
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('text/')) return 'subtitles'
  return 'video'
}

const CATEGORY_KINDS: Readonly<Record<MediaCategory, readonly MediaKind[]>> = {
  tweet_image: ['image'],
  dm_image: ['image'],
  tweet_gif: ['gif'],
  dm_gif: ['gif'],
  tweet_video: ['video'],
  amplify_video: ['video'],
  dm_video: ['video'],
  subtitles: ['subtitles'],
}

/** Whether a category accepts a media type. X gives a PNG sent as `amplify_video` an id, and fails it later. [seen] */
export function categoryAccepts(category: MediaCategory, type: MediaType): boolean {
  return CATEGORY_KINDS[category].includes(mediaKind(type))
}

/** The category that X assumes when none is given. [docs] */
export function inferCategory(type: MediaType): MediaCategory {
  const kind = mediaKind(type)
  return kind === 'subtitles' ? 'subtitles' : `tweet_${kind}`
}

const PROCESSED: readonly MediaKind[] = ['gif', 'video']

/** Whether X processes media of this category after FINALIZE. For the others, STATUS answers 400. [seen] */
export function isProcessed(category: MediaCategory): boolean {
  return CATEGORY_KINDS[category].some((kind) => PROCESSED.includes(kind))
}

export function isMediaType(value: string): value is MediaType {
  return MEDIA_TYPES.some((type) => type === value)
}

export function isMediaCategory(value: string): value is MediaCategory {
  return MEDIA_CATEGORIES.some((category) => category === value)
}
