import { XMediaError } from '../errors.ts'
import { CATEGORY_MAX_BYTES, type MediaCategory } from '../x/limits.ts'

/** The sizes an instance accepts. */
export interface SizeLimits {
  /** Largest upload of all, bytes. */
  uploadBytes: number
  /** Throws `too_large`. `uploadBytes` is one principal's own limit; it never raises the instance's. */
  check(bytes: number, category: MediaCategory, uploadBytes?: number): void
}

export interface SizeLimitOptions {
  /** Largest upload of all, bytes. */
  uploadBytes: number
  /** Largest upload per category, bytes, instead of X's own limit. */
  categoryBytes: Partial<Record<MediaCategory, number>>
}

export function createSizeLimits({ uploadBytes, categoryBytes }: SizeLimitOptions): SizeLimits {
  return {
    uploadBytes,
    check(bytes, category, ownBytes = uploadBytes) {
      const limit = Math.min(ownBytes, uploadBytes, categoryBytes[category] ?? CATEGORY_MAX_BYTES[category])
      // NaN, which an app may give as a principal's limit, allows nothing.
      if (bytes <= limit) return
      throw new XMediaError(
        'too_large',
        `The file has ${bytes.toLocaleString('en')} bytes; the limit for ${category} is ${limit.toLocaleString('en')}.`,
      )
    },
  }
}
