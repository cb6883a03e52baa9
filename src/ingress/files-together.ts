import { XMediaError } from '../errors.ts'
import type { MediaCategory } from '../x/limits.ts'
import { essenceOf, typesFor } from './declared-type.ts'
import type { FormSection } from './multipart-form.ts'

/**
 * Which files may share a form: several photos, or one file of another kind. The checks throw `too_many_files`; before
 * anything is finalized, where the second file is the mistake.
 */
export interface FilesTogether {
  /** Whether the first file goes alone, so that nothing may follow it. */
  readonly isAlone: boolean
  /** Refuses a file that has none of these categories in common with photos, if it has company. */
  checkFile(index: number, categories: readonly MediaCategory[]): void
  /** Refuses the first file if what follows cannot share a form with it. */
  checkNext(index: number, rest: FormSection): void
}

/** @param maxFiles The most files in a form. */
export function createFilesTogether(maxFiles: number): FilesTogether {
  let isAlone = maxFiles === 1
  let hasSecond = false

  return {
    get isAlone() {
      return isAlone
    },
    checkFile(index, categories) {
      if (mayBePhoto(categories)) return
      if (index === 0) isAlone = true
      if (index > 0 || hasSecond) throw notTogether()
    },
    checkNext(index, rest) {
      if (index > 0 || rest.file === undefined) return
      hasSecond = true
      isAlone ||= !mayNextBePhoto(rest.file.mediaType, rest)
      if (isAlone) throw maxFiles === 1 ? moreFilesThan(maxFiles) : notTogether()
    },
  }
}

/** Whether a file of these categories may turn out to be a photo, which can share a post with others. */
export function mayBePhoto(categories: readonly MediaCategory[]): boolean {
  return categories.some((category) => category === 'tweet_image' || category === 'dm_image')
}

/** A type that X does not take is a mistake of that file alone. */
function mayNextBePhoto(ownType: string | null, { fields }: FormSection): boolean {
  const [, mediaType = ownType] = fields.find(([name]) => name === 'media_type') ?? []
  const types = typesFor(essenceOf(mediaType))
  return types.length === 0 || types.some((type) => type.startsWith('image/'))
}

function notTogether(): XMediaError {
  return tooManyFiles(
    'A form may have several photos, or one other file, as a post on X may. Send a GIF or video in a request of its own.',
  )
}

/** @param maxFiles The most files that the server takes in a form. */
export function moreFilesThan(maxFiles: number): XMediaError {
  return tooManyFiles(
    maxFiles === 1
      ? 'The form has more than one file. Send each in a request of its own.'
      : `The form has more than ${maxFiles} files. Send the others in another request.`,
  )
}

function tooManyFiles(detail: string): XMediaError {
  return new XMediaError('too_many_files', detail)
}
