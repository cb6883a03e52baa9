import { XMediaError } from '../errors.ts'
import { categoryAccepts, inferCategory, type MediaCategory, type MediaType } from '../x/limits.ts'
import { type CheckedMedia, categoryMismatch, type DeclaredMedia, refusedType } from './media-type.ts'
import { isAnimatedGif } from './signatures/gif-animation.ts'
import { identify } from './signatures/identify.ts'

/** The categories that the file may turn out to have. Its size must fit at least one of them. */
export function possibleCategories({ mediaTypes, category }: DeclaredMedia): MediaCategory[] {
  return category ? [category] : [...new Set(mediaTypes.map(inferCategory))]
}

/**
 * Whether INIT should wait for the whole first segment: the category of a GIF depends on whether it has a second image,
 * which the first HEAD_BYTES may not show.
 */
export function needsFirstSegment({ mediaTypes, category }: DeclaredMedia, head: Uint8Array): boolean {
  if (!mediaTypes.includes('image/gif') || category === 'tweet_gif' || category === 'dm_gif') return false
  return identify(head)?.mediaType === 'image/gif' && isAnimatedGif(head) === undefined
}

/**
 * Settles type and category by the first bytes of a file. Throws `signature_mismatch` if they are not those of the
 * declared type, `unsupported_media_type` if that type says little and the bytes are none of X's types, and
 * `category_mismatch` if the category does not take the file.
 *
 * @param head The file's first HEAD_BYTES, or its first segment; all of a shorter file.
 */
export function settleMedia(declared: DeclaredMedia, head: Uint8Array): CheckedMedia {
  const mediaType = settleType(declared, head)
  const isAnimated = mediaType === 'image/gif' ? isAnimatedGif(head) : undefined
  const category = declared.category ?? (isAnimated === false ? 'tweet_image' : inferCategory(mediaType))
  if (!categoryAccepts(category, mediaType)) throw categoryMismatch(category, mediaType)
  if (isAnimated && (category === 'tweet_image' || category === 'dm_image')) {
    const better = category === 'dm_image' ? 'dm_gif' : 'tweet_gif'
    throw new XMediaError('category_mismatch', `The GIF is animated, so it cannot be a ${category}: use ${better}.`)
  }
  return { mediaType, category }
}

function settleType({ declaredType, mediaTypes }: DeclaredMedia, head: Uint8Array): MediaType {
  const found = identify(head)
  const isVague = mediaTypes.length > 1
  const settled = mediaTypes.find((type) => found?.mediaType && isSameFormat(found.mediaType, type))
  if (settled && found?.mediaType) return isVague ? found.mediaType : settled
  const code = isVague ? 'unsupported_media_type' : 'signature_mismatch'
  if (found?.refusal) throw refusedType(code, found.refusal)
  if (found)
    throw refusedType(code, `The file is ${found.mediaType}, not ${declaredType}. Send it as ${found.mediaType}.`)
  throw refusedType(
    code,
    isVague
      ? 'The first bytes do not tell what the file is. Declare its type.'
      : `The first bytes are not those of ${declaredType}. Send the file as it is, with its own type.`,
  )
}

/** Types that the first bytes do not tell apart, by the one that stands for both. */
const SAME_FORMAT: Partial<Record<MediaType, MediaType>> = {
  // One format by two names.
  'image/pjpeg': 'image/jpeg',
  // QuickTime files became ISO base media: programs confuse the brands, and readers take both.
  'video/quicktime': 'video/mp4',
}

function isSameFormat(found: MediaType, declared: MediaType): boolean {
  return (SAME_FORMAT[found] ?? found) === (SAME_FORMAT[declared] ?? declared)
}
