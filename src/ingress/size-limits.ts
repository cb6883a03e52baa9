import { XMediaError } from '../errors.ts'
import { formatSize } from '../lib/format-bytes.ts'
import { CATEGORY_MAX_BYTES, MAX_TOTAL_BYTES, type MediaCategory } from '../x/limits.ts'

export interface SizeLimitOptions {
  /** Largest upload of any category, bytes. */
  uploadBytes: number
  /** Largest upload per category, bytes. A category without an entry has X's limit. */
  categoryBytes: Partial<Record<MediaCategory, number | undefined>>
}

/** How large an upload may be on this instance. */
export interface SizeLimits {
  /** Largest upload of any category, bytes; at most what X accepts. */
  uploadBytes: number
  /**
   * Largest upload of these categories, bytes: it need fit only one of them. A principal's own `uploadBytes` can lower the
   * limit, never raise it.
   */
  limitFor(categories: readonly MediaCategory[], uploadBytes?: number): number
  /** Throws `too_large` if a file is larger than `limitFor` allows. */
  check(bytes: number, categories: readonly MediaCategory[], uploadBytes?: number): void
}

export function createSizeLimits({ categoryBytes, ...options }: SizeLimitOptions): SizeLimits {
  // X refuses larger files at INIT.
  const uploadBytes = Math.min(options.uploadBytes, MAX_TOTAL_BYTES)

  function categoryLimit(categories: readonly MediaCategory[]): number {
    return Math.max(...categories.map((category) => categoryBytes[category] ?? CATEGORY_MAX_BYTES[category]))
  }

  function limitFor(categories: readonly MediaCategory[], ownBytes = uploadBytes): number {
    return Math.floor(Math.min(ownBytes, uploadBytes, categoryLimit(categories)))
  }

  return {
    uploadBytes,
    limitFor,
    check(bytes, categories, ownBytes) {
      const limit = limitFor(categories, ownBytes)
      // An app may pass NaN as a principal's limit: this comparison then refuses everything.
      if (bytes <= limit) return
      const what = limit === categoryLimit(categories) ? categories.join(' or ') : 'an upload'
      throw new XMediaError(
        'too_large',
        `The file has ${formatSize(bytes)}; the limit for ${what} is ${formatSize(limit)}.`,
      )
    },
  }
}
