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

/** What metadata can say about a media. [spec] `CreateMediaMetadataMetadata` */
export const METADATA_KINDS = [
  'allow_download_status',
  'alt_text',
  'audience_policy',
  'content_expiration',
  'domain_restrictions',
  'found_media_origin',
  'geo_restrictions',
  'management_info',
  'preview_image',
  'sensitive_media_warning',
  'shared_info',
  'sticker_info',
  'upload_source',
] as const
export type MetadataKind = (typeof METADATA_KINDS)[number]

/** The id of a media, user or subtitle file. Ids can exceed 2^53, so they are strings. [spec] */
export const ID_PATTERN: RegExp = /^[0-9]{1,19}$/

/** The largest `total_bytes` in X's schema, 16 GiB. [spec] */
export const MAX_TOTAL_BYTES = 17_179_869_184

/** Segment indices run from 0 to 999. [spec] */
export const MAX_SEGMENTS = 1000

/** Newer documentation has indices up to 9,999, but no published spec does. https://docs.x.com (2026-10) */
export const EXTENDED_MAX_SEGMENTS = 10_000

/** The largest segment: 5 MB. [docs] X's edge refuses 5 MiB with an empty 413. [seen] */
export const MAX_SEGMENT_BYTES = 5_000_000

/** 4 MiB, which X's own samples send, [docs] and which is known to work. [seen] */
export const DEFAULT_SEGMENT_BYTES: number = 4 * 1024 * 1024

/** Most media expire this many seconds after INIT, unless X says otherwise. https://docs.x.com/x-api/media/quickstart */
export const MEDIA_EXPIRY_SECS = 86_400

/** "Up to 100 additional owners may be specified." [docs] of the `command` dialect */
export const MAX_ADDITIONAL_OWNERS = 100

/** The most photos in a post; any other file goes alone. [spec] `media.media_ids.maxItems` of `CreatePostsRequest` [docs] */
export const MAX_PHOTOS_IN_POST = 4

/** The longest alternative text, in characters. [spec] `alt_text.text.maxLength` */
export const MAX_ALT_TEXT = 1000

const MIB: number = 1024 * 1024
const GIB: number = 1024 * MIB

/**
 * The largest file of each category, in bytes, for accounts without Premium. The option `categoryBytes` changes them.
 *
 * [docs] say MB and GB, as of 2026-09. X counts them in powers of two: that is [seen] for images and GIFs, and likely for
 * videos. https://github.com/snarfed/bridgy/issues/710, https://github.com/pybamm-team/BattBot/issues/62
 */
export const CATEGORY_MAX_BYTES: Readonly<Record<MediaCategory, number>> = {
  tweet_image: 5 * MIB,
  dm_image: 5 * MIB,
  tweet_gif: 15 * MIB,
  dm_gif: 15 * MIB,
  tweet_video: 8 * GIB,
  amplify_video: 8 * GIB,
  dm_video: 512 * MIB,
  // How X counts these is not on record, so this is the smaller reading.
  subtitles: 1_000_000,
}

/** The same for accounts with Premium, which may upload larger videos. [docs] */
export const PREMIUM_CATEGORY_MAX_BYTES: Readonly<Record<MediaCategory, number>> = {
  ...CATEGORY_MAX_BYTES,
  tweet_video: MAX_TOTAL_BYTES,
  amplify_video: MAX_TOTAL_BYTES,
  dm_video: GIB,
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

/**
 * Whether a category accepts a media type. X gives a PNG sent as `amplify_video` an id, and fails it later. [seen]
 * A still GIF is also an image. [docs]
 */
export function categoryAccepts(category: MediaCategory, type: MediaType): boolean {
  const kinds = CATEGORY_KINDS[category]
  return kinds.includes(mediaKind(type)) || (type === 'image/gif' && kinds.includes('image'))
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

export function isMetadataKind(value: string): value is MetadataKind {
  return METADATA_KINDS.some((kind) => kind === value)
}

export function isMediaCategory(value: string): value is MediaCategory {
  return MEDIA_CATEGORIES.some((category) => category === value)
}
