import { XMediaError } from '../errors.ts'
import { quote } from '../lib/quote.ts'
import {
  categoryAccepts,
  inferCategory,
  isMediaType,
  MEDIA_TYPES,
  type MediaCategory,
  type MediaType,
} from '../x/limits.ts'

export interface CheckedMedia {
  mediaType: MediaType
  category: MediaCategory
}

/** Checks the declared type against X's list and the category against the type; infers the category when not given. */
export function checkMedia(declaredType: string | null, declaredCategory: MediaCategory | undefined): CheckedMedia {
  const mediaType = (declaredType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!isMediaType(mediaType)) {
    const fault = mediaType === '' ? 'The media type is missing.' : `X does not support ${quote(mediaType)}.`
    throw new XMediaError(
      'unsupported_media_type',
      `${fault} Send the file’s own type as Content-Type or media_type, one of ${MEDIA_TYPES.join(', ')}.`,
    )
  }
  const category = declaredCategory ?? inferCategory(mediaType)
  if (!categoryAccepts(category, mediaType)) {
    throw new XMediaError(
      'category_mismatch',
      `The category ${category} does not fit ${mediaType}. Leave media_category out, or send ${inferCategory(mediaType)}.`,
    )
  }
  return { mediaType, category }
}
