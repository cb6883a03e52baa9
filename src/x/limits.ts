/**
 * X's own numbers and names, in one place, each with its source and the date it was true.
 *
 * Sources: [spec] the official OpenAPI, version 2.167 (2026-08); [docs] docs.x.com media quickstart and best practices
 * (2026-09); [seen] reports of the live service.
 */

/** Media types X accepts at initialize. [spec] `InitializeMediaUploadRequest.media_type` */
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

/** What the media is for. [spec] `InitializeMediaUploadRequest.media_category` */
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

/** A media, user or subtitle id: up to 19 digits, always kept as a string. [spec] `^[0-9]{1,19}$` */
export const ID_PATTERN: RegExp = /^[0-9]{1,19}$/

/** Largest `total_bytes` X's schema allows: 16 GiB. [spec] */
export const MAX_TOTAL_BYTES = 17_179_869_184

/** Segment indices run from 0 to 999. [spec] 2.167; a later 0…9999 is reported but not in a published spec. */
export const MAX_SEGMENTS = 1000

/** Largest segment to send: 5 MB (10⁶). [docs]; 5 MiB is refused at X's edge with an empty 413. [seen] */
export const MAX_SEGMENT_BYTES = 5_000_000

/** 4 MiB is known to work and is what X's own samples send. [docs] [seen] */
export const DEFAULT_SEGMENT_BYTES: number = 4 * 1024 * 1024

/** Seconds after INIT in which X forgets most media, where it does not say so. https://docs.x.com/x-api/media/quickstart */
export const MEDIA_EXPIRY_SECS = 86_400

/** "Up to 100 additional owners may be specified." [docs], command dialect */
export const MAX_ADDITIONAL_OWNERS = 100

/** Longest alternative text, in characters. [spec] `alt_text.text.maxLength` */
export const MAX_ALT_TEXT = 1000

const MB = 1_000_000
const GB = 1_000_000_000

/**
 * Largest file per category, in bytes, for any account, as of 2026-09. [docs]
 * Premium accounts may send more (16 GB of video, 1 GB in direct messages): raise it by option, X has the last word.
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

/** The kind of media a type is; each category takes one kind. 3D models are posted as video-like media. */
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
 * Whether a category takes media of this type: a PNG sent as `amplify_video` gets an id and then fails. [seen]
 * A GIF of one image is an image too. [docs]
 */
export function categoryAccepts(category: MediaCategory, type: MediaType): boolean {
  const kinds = CATEGORY_KINDS[category]
  return kinds.includes(mediaKind(type)) || (type === 'image/gif' && kinds.includes('image'))
}

/** The category X assumes for a type when none is given. [docs] */
export function inferCategory(type: MediaType): MediaCategory {
  const kind = mediaKind(type)
  return kind === 'subtitles' ? 'subtitles' : `tweet_${kind}`
}

const PROCESSED: readonly MediaKind[] = ['gif', 'video']

/** Whether X processes media of this category after FINALIZE; for the others STATUS answers 400. [seen] */
export function isProcessed(category: MediaCategory): boolean {
  return CATEGORY_KINDS[category].some((kind) => PROCESSED.includes(kind))
}

export function isMediaType(value: string): value is MediaType {
  return MEDIA_TYPES.some((type) => type === value)
}

export function isMediaCategory(value: string): value is MediaCategory {
  return MEDIA_CATEGORIES.some((category) => category === value)
}
