import { XMediaError } from '../errors.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { CheckedMedia } from './media-type.ts'
import { matchesSignature } from './signature.ts'
import type { UploadSource } from './upload-source.ts'

/** What one principal may upload. Each check throws an `XMediaError` to refuse. */
export interface UploadPolicy {
  /** Largest upload of all, bytes. */
  uploadBytes: number
  checkSize(bytes: number, category: MediaCategory): void
  /** The app's own look at the first bytes. */
  inspect(head: Uint8Array<ArrayBuffer>, file: CheckedMedia & { totalBytes: number }): Promise<void>
  /** Counts one upload of so many bytes. Runs last, when every other check has passed. */
  consumeQuota(totalBytes: number): Promise<void>
}

/**
 * The step before INIT: checks a file's size and first bytes, then consumes the subject's quota. A body that is not what
 * it claims to be costs neither quota nor a call to X.
 */
export function admitAndConsumeQuota(media: CheckedMedia, policy: UploadPolicy): NonNullable<UploadSource['admit']> {
  return async function admit(head, totalBytes, signal) {
    // A size that was unknown until now has not been checked yet.
    policy.checkSize(totalBytes, media.category)
    if (!matchesSignature(head, media.mediaType)) {
      throw new XMediaError(
        'signature_mismatch',
        `The first bytes are not ${media.mediaType}; declare the type that the file has.`,
      )
    }
    await policy.inspect(head, { ...media, totalBytes })
    // An upload that ended meanwhile consumes nothing.
    signal?.throwIfAborted()
    await policy.consumeQuota(totalBytes)
  }
}
