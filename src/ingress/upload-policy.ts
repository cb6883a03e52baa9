import { XMediaError } from '../errors.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { CheckedMedia } from './media-type.ts'
import { matchesSignature } from './signature.ts'
import type { UploadSource } from './upload-source.ts'

/** What one principal may upload. Each check throws an `XMediaError` to refuse. */
export interface UploadPolicy {
  /** Largest upload of any category, bytes. */
  uploadBytes: number
  checkSize(bytes: number, category: MediaCategory): void
  /** The app's own check of the first bytes. */
  inspect(head: Uint8Array<ArrayBuffer>, file: CheckedMedia & { totalBytes: number }): Promise<void>
  /** Counts one upload of this size. Runs last, when every other check has passed. */
  consumeQuota(totalBytes: number): Promise<void>
}

/**
 * The step before INIT: checks a file's size and first bytes, then consumes the subject's quota. A refused file costs
 * neither quota nor a call to X.
 */
export function admitAndConsumeQuota(media: CheckedMedia, policy: UploadPolicy): NonNullable<UploadSource['admit']> {
  return async function admit(head, totalBytes, signal) {
    // The size may have been unknown until now.
    policy.checkSize(totalBytes, media.category)
    if (!matchesSignature(head, media.mediaType)) {
      throw new XMediaError(
        'signature_mismatch',
        `The file does not start like ${media.mediaType}. Declare the type that the file really has.`,
      )
    }
    await policy.inspect(head, { ...media, totalBytes })
    // An upload that was aborted during the inspection must not consume quota.
    signal?.throwIfAborted()
    await policy.consumeQuota(totalBytes)
  }
}
