import { XMediaError } from '../errors.ts'
import { categoryAccepts, inferCategory, MEDIA_TYPES, type MediaCategory, type MediaType } from '../x/limits.ts'
import { adviceFor, essenceOf, typesFor } from './declared-type.ts'

/** What a client declares a file to be. */
export interface DeclaredMedia {
  /** The declared media type in lower case, without parameters; empty if there is none. */
  declaredType: string
  /** X's types that the file may have: one, or several for a declared type that says little. Never empty. */
  mediaTypes: readonly MediaType[]
  /** Undefined: it follows from the file. */
  category: MediaCategory | undefined
}

/** What a file is by its first bytes. */
export interface CheckedMedia {
  /** The media type for X. */
  mediaType: MediaType
  /** The media type as the client declared it: in lower case, without parameters; empty if it declared none. */
  declaredType: string
  /** The category for X: what the client declared, or else what X assumes for such a file. */
  category: MediaCategory
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
      : new XMediaError('category_mismatch', `The category ${category} does not fit ${essence}.`)
  }
  return { declaredType: essence, mediaTypes, category }
}

/** An error for a file of the wrong type. Its detail is the sentence, and then the types that X accepts. */
export function refusedType(code: 'unsupported_media_type' | 'signature_mismatch', sentence: string): XMediaError {
  return new XMediaError(code, `${sentence} X accepts ${MEDIA_TYPES.join(', ')}.`)
}

export function categoryMismatch(category: MediaCategory, mediaType: MediaType): XMediaError {
  return new XMediaError(
    'category_mismatch',
    `The category ${category} does not fit ${mediaType}. Leave media_category out, or send ${inferCategory(mediaType)}.`,
  )
}
