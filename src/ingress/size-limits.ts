import { XMediaError } from '../errors.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { CATEGORY_MAX_BYTES, type MediaCategory } from '../x/limits.ts'

export interface SizeLimitOptions {
  /** Largest upload of any category, bytes. */
  uploadBytes: number
  /** Largest upload per category, bytes. A category without an entry has X's limit. */
  categoryBytes: Partial<Record<MediaCategory, number | undefined>>
}

/** How large an upload may be on this instance. */
export interface SizeLimits {
  /** Largest upload of any category, bytes. */
  uploadBytes: number
  /** Throws `too_large`. A principal's own `uploadBytes` can lower the limit, never raise it. */
  check(bytes: number, category: MediaCategory, uploadBytes?: number): void
}

export function createSizeLimits({ uploadBytes, categoryBytes }: SizeLimitOptions): SizeLimits {
  return {
    uploadBytes,
    check(bytes, category, ownBytes = uploadBytes) {
      const limit = Math.min(ownBytes, uploadBytes, categoryBytes[category] ?? CATEGORY_MAX_BYTES[category])
      // An app may pass NaN as a principal's limit: this comparison then refuses everything.
      if (bytes <= limit) return
      throw new XMediaError(
        'too_large',
        `The file has ${formatBytes(bytes)}; the limit for ${category} is ${formatBytes(limit)}.`,
      )
    },
  }
}
