import { XMediaError } from '../errors.ts'
import { categoryAccepts, inferCategory, MEDIA_TYPES, type MediaCategory, type MediaType } from '../x/limits.ts'
import { adviceFor, essenceOf, typesFor } from './declared-type.ts'

export interface CheckedMedia {
  mediaType: MediaType
  category: MediaCategory
}

/** What a client says a file is. Its first bytes confirm that, or settle what the client left open. */
export interface DeclaredMedia {
  /** In lower case, without parameters; empty if the client sent none. */
  declaredType: string
  /** X's types that the file may have: one, or several for a declared type that says little. Never empty. */
  mediaTypes: readonly MediaType[]
  /** Undefined: it follows from the file. */
  category: MediaCategory | undefined
}

/**
 * Reads what a client declares. Throws `unsupported_media_type` for a type that is neither X's nor another name for one
 * of X's, and `category_mismatch` for a category that takes none of the types the file may have.
 *
 * @param declaredType The value of `Content-Type` or of `media_type`; null for none.
 */
export function readDeclaredMedia(declaredType: string | null, category: MediaCategory | undefined): DeclaredMedia {
  const essence = essenceOf(declaredType)
  const mediaTypes = typesFor(essence)
  const [mediaType] = mediaTypes
  if (mediaType === undefined) throw refusedType('unsupported_media_type', adviceFor(essence))
  if (category && !mediaTypes.some((type) => categoryAccepts(category, type))) {
    throw mediaTypes.length === 1
      ? categoryMismatch(category, mediaType)
      : new XMediaError('category_mismatch', `The category ${category} does not take ${essence}.`)
  }
  return { declaredType: essence, mediaTypes, category }
}

/** The same where the declared type alone must tell what the file is. */
export function checkMedia(declaredType: string | null, declaredCategory: MediaCategory | undefined): CheckedMedia {
  const { mediaTypes, category } = readDeclaredMedia(declaredType, declaredCategory)
  const [mediaType, ...others] = mediaTypes
  if (mediaType === undefined || others.length > 0)
    throw refusedType('unsupported_media_type', 'Declare the type that the file has.')
  return { mediaType, category: category ?? inferCategory(mediaType) }
}

/** An error for a file of the wrong type. Its detail is the sentence, and then the types that X accepts. */
export function refusedType(code: 'unsupported_media_type' | 'signature_mismatch', sentence: string): XMediaError {
  return new XMediaError(code, `${sentence} X accepts ${MEDIA_TYPES.join(', ')}.`)
}

export function categoryMismatch(category: MediaCategory, mediaType: MediaType): XMediaError {
  return new XMediaError(
    'category_mismatch',
    `The category ${category} does not take ${mediaType}; leave media_category out or use ${inferCategory(mediaType)}.`,
  )
}
