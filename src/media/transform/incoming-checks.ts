import { XMediaError } from '../../errors.ts'
import { essenceOf } from '../../ingress/declared-type.ts'
import type { SourceTransform } from '../../ingress/media-check.ts'
import { type DeclaredMedia, readDeclaredMedia } from '../../ingress/media-type.ts'
import type { SizeLimits } from '../../ingress/size-limits.ts'
import { formatSize } from '../../lib/format-bytes.ts'
import { GIFS, IMAGES } from '../rules/categories.ts'

export interface IncomingCheckOptions {
  sizeLimits: SizeLimits
  /** The principal's own limit, bytes. */
  ownBytes: number | undefined
  transformBytes: number
}

/** Types of images that X does not take, and that a transform may read. */
const HEIF_TYPE = /^image\/(?:hei[cf]|avif)(?:-sequence)?$/

/** The checks of a request's headers, where its image may become another one. */
export function createIncomingChecks({
  sizeLimits,
  ownBytes = sizeLimits.uploadBytes,
  transformBytes,
}: IncomingCheckOptions): Pick<SourceTransform, 'readDeclared' | 'checkSize'> {
  const maxBytes = Math.min(ownBytes, sizeLimits.uploadBytes, transformBytes)

  return {
    readDeclared(declaredType, category) {
      const essence = essenceOf(declaredType)
      if (!HEIF_TYPE.test(essence)) return readDeclaredMedia(declaredType, category)
      return { ...readDeclaredMedia('image/*', category), declaredType: essence }
    },
    checkSize(bytes, categories) {
      const isImage = categories.some((category) => IMAGES.includes(category) || GIFS.includes(category))
      if (!isImage || maxBytes <= sizeLimits.limitFor(categories, ownBytes)) {
        sizeLimits.check(bytes, categories, ownBytes)
      } else if (!(bytes <= maxBytes)) {
        const limit = `the limit for an image is ${formatSize(maxBytes)}`
        throw new XMediaError('too_large', `The file has ${formatSize(bytes)}; ${limit}.`)
      }
    },
  }
}

/** Whether the file may turn out to be an image or a GIF. */
export function mayBeImage({ mediaTypes }: DeclaredMedia): boolean {
  return mediaTypes.some((type) => type.startsWith('image/'))
}
