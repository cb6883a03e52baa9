import { possibleCategories } from './ingress/check-media.ts'
import type { SourceTransform } from './ingress/media-check.ts'
import type { DeclaredMedia } from './ingress/media-type.ts'
import { countCharacters } from './lib/count-characters.ts'
import { quote } from './lib/quote.ts'
import type { MediaSource } from './sources/media-source.ts'
import type { FileDescription } from './sources/stored-file.ts'
import { ownerIds } from './x/field-schemas.ts'
import {
  isMediaCategory,
  MAX_ADDITIONAL_OWNERS,
  MAX_ALT_TEXT,
  MEDIA_CATEGORIES,
  type MediaCategory,
} from './x/limits.ts'

/** An upload of the app's own. */
export interface MediaUpload {
  /** Where the bytes come from. */
  source: MediaSource
  /**
   * The app's own name for this upload; needs the option `store`. A call with the id of an earlier one continues its upload
   * from the byte that X acknowledged, also after a crash, or returns the finished media for as long as X keeps it: a day.
   * While another call with this id is at work, this one waits for its end. A continued upload keeps the parameters that it
   * began with. If X or the option `media` rejects it, or its source changes, it fails, and so do later calls with this id,
   * for a day.
   */
  id?: string
  /** The user whose id it is: ids of different users are different uploads. Default: none. */
  subject?: string
  /**
   * The media type of the file, by any name that clients use. Default: the type that the source tells, if any. The first
   * bytes must match it; if it says little, such as `application/octet-stream`, they decide.
   */
  mediaType?: string
  /** What the media is for. Default: the category that X assumes for such a file. */
  category?: MediaCategory
  /**
   * Size of the file, bytes. Required for a stream, for a function, and wherever else the source does not tell: X needs the
   * size before the first byte.
   */
  totalBytes?: number
  /** Ids of other X users who may use the media, at most 100, each of 1 to 19 digits. */
  additionalOwners?: readonly string[]
  /** Whether the media may be sent in more than one direct message. */
  shared?: boolean
  /** Alternative text, at most 1,000 characters. */
  altText?: string
}

/** Checks what the app says about an upload. Throws a `TypeError` or `RangeError`. */
export function checkUpload({ id, category, totalBytes, altText, additionalOwners }: MediaUpload): void {
  if (id === '') throw new TypeError('id must not be empty')
  if (category !== undefined) checkCategory(category)
  if (totalBytes !== undefined) checkTotal(totalBytes)
  if (altText !== undefined) checkAltText(altText)
  if (additionalOwners !== undefined) checkOwners(additionalOwners)
}

/** What reads the declared type of a file, and refuses one by its size. */
export type FileChecks = Pick<SourceTransform, 'readDeclared' | 'checkSize'>

/**
 * Combines what the app and what the source say about a file. Throws an `XMediaError` for a file that X does not take, and a
 * `TypeError` when neither tells the size.
 */
export function declareFile(
  upload: MediaUpload,
  description: FileDescription,
  { readDeclared, checkSize }: FileChecks,
): { declared: DeclaredMedia; totalBytes: number } {
  const declared = readDeclared(upload.mediaType ?? description.mediaType ?? null, upload.category)
  const totalBytes = upload.totalBytes ?? description.totalBytes
  if (totalBytes === undefined)
    throw new TypeError('totalBytes is required for this source: X needs the size before the first byte')
  checkSize(checkTotal(totalBytes), possibleCategories(declared))
  return { declared, totalBytes }
}

export function checkAltText(text: string): string {
  const characters = countCharacters(text)
  if (characters > MAX_ALT_TEXT)
    throw new RangeError(`altText has ${characters} characters; the limit is ${MAX_ALT_TEXT}`)
  return text
}

function checkTotal(totalBytes: number): number {
  if (!Number.isSafeInteger(totalBytes)) throw new TypeError(`totalBytes must be a whole number, not ${totalBytes}`)
  if (totalBytes < 1) throw new RangeError(`totalBytes must be at least 1, not ${totalBytes}`)
  return totalBytes
}

function checkOwners(ids: readonly string[]): void {
  if (ownerIds.safeParse(ids).success) return
  throw new RangeError(`additionalOwners must be at most ${MAX_ADDITIONAL_OWNERS} user ids of 1 to 19 digits`)
}

function checkCategory(category: string): void {
  if (isMediaCategory(category)) return
  throw new TypeError(`category must be one of ${MEDIA_CATEGORIES.join(', ')}, not ${quote(category)}`)
}
