import { XMediaError } from '../errors.ts'
import { categoryAccepts, inferCategory, type MediaCategory, type MediaType } from '../x/limits.ts'
import { type CheckedMedia, categoryMismatch, type DeclaredMedia, refusedType } from './media-type.ts'
import { isAnimatedGif } from './signatures/gif-animation.ts'
import { identify } from './signatures/identify.ts'
import { HEAD_BYTES } from './upload-source.ts'

/** The categories that the file may turn out to have. Its size must fit at least one of them. */
export function possibleCategories({ mediaTypes, category }: DeclaredMedia): MediaCategory[] {
  if (category) return [category]
  const categories = mediaTypes.map(inferCategory)
  // A still GIF is an image.
  if (mediaTypes.includes('image/gif')) categories.push('tweet_image')
  return [...new Set(categories)]
}

/** Whether the file can be nothing but a still image, whatever its first bytes say. */
export function isStillImage(declared: DeclaredMedia): boolean {
  if (declared.mediaTypes.includes('image/gif')) return false
  return possibleCategories(declared).every((category) => category === 'tweet_image' || category === 'dm_image')
}

/**
 * Whether a file's head is too short to check it: the category of a GIF depends on whether it has a second image, which may
 * come later.
 */
export function needsFirstSegment({ mediaTypes, category }: DeclaredMedia, head: Uint8Array): boolean {
  if (!mediaTypes.includes('image/gif') || category === 'tweet_gif' || category === 'dm_gif') return false
  return identify(head)?.mediaType === 'image/gif' && isAnimatedGif(head) === undefined
}

/**
 * Checks what a client declared against the first bytes of the file, which decide what it left open. Throws
 * `signature_mismatch` if they are not those of the declared type, `unsupported_media_type` if that type says little and
 * X does not take the file, and `category_mismatch` if the category does not.
 *
 * @param start The start of the file: `HEAD_BYTES`, or more where `needsFirstSegment`; all of a shorter file.
 * @param totalBytes Size of the file.
 */
export function checkMedia(declared: DeclaredMedia, start: Uint8Array, totalBytes: number): CheckedMedia {
  const { declaredType } = declared
  const mediaType = checkType(declared, start.subarray(0, HEAD_BYTES))
  const isAnimated = mediaType === 'image/gif' ? isAnimatedGif(start, start.length === totalBytes) : undefined
  const category = declared.category ?? (isAnimated === false ? 'tweet_image' : inferCategory(mediaType))
  if (!categoryAccepts(category, mediaType)) throw categoryMismatch(category, mediaType)
  if (isAnimated && (category === 'tweet_image' || category === 'dm_image')) {
    const better = category === 'dm_image' ? 'dm_gif' : 'tweet_gif'
    throw new XMediaError('category_mismatch', `The GIF is animated, so it cannot be a ${category}: use ${better}.`)
  }
  return { mediaType, declaredType, category }
}

function checkType({ declaredType, mediaTypes }: DeclaredMedia, head: Uint8Array): MediaType {
  const found = identify(head)
  const isVague = mediaTypes.length > 1
  const accepted = mediaTypes.find((type) => found?.mediaType && isSameFormat(found.mediaType, type))
  if (accepted && found?.mediaType) return isVague ? found.mediaType : accepted
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
