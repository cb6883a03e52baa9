import type { MediaFacts } from '../media-facts.ts'
import type { MediaCategory } from '../x/limits.ts'
import { checkMedia } from './check-media.ts'
import type { BeginInspection, JudgedFile, SourceTransform } from './media-check.ts'
import type { CheckedMedia } from './media-type.ts'
import type { Permissions, RequestedParameters } from './permissions.ts'
import { HEAD_BYTES, type UploadSource } from './upload-source.ts'

/** What one principal may upload. Each check throws an `XMediaError` to refuse. */
export interface UploadPolicy extends Pick<Permissions, 'checkCategories' | 'checkParameters'> {
  /** Largest upload of any category, bytes. */
  uploadBytes: number
  /** Refuses a file that is too large for each of these categories. */
  checkSize(bytes: number, categories: readonly MediaCategory[]): void
  /** The app's own check of the first bytes. */
  inspect(
    head: Uint8Array<ArrayBuffer>,
    file: CheckedMedia & RequestedParameters & { totalBytes: number; facts: MediaFacts | undefined },
  ): Promise<void>
  /** Looks at all bytes, with the option `media`. */
  beginInspection?: BeginInspection | undefined
  /** Makes other images of those that come in, with the option `media`. */
  transform?: SourceTransform | undefined
  /** Counts one upload of this size. Runs last, when every other check has passed. */
  consumeQuota(totalBytes: number): Promise<void>
}

/**
 * The step before INIT: checks a file's first bytes, its size and what the client asks for, then consumes the subject's
 * quota. A refused file costs neither quota nor a call to X.
 */
export function admitAndConsumeQuota(
  { additionalOwners, shared, altText, altTextMayFollow }: RequestedParameters & Pick<JudgedFile, 'altTextMayFollow'>,
  policy: UploadPolicy,
): UploadSource['admit'] {
  return async function admit({ declared, start, totalBytes }, signal, inspection) {
    const media = checkMedia(declared, start, totalBytes)
    // The size, the category or the parameters may have been unknown until now.
    policy.checkCategories([media.category])
    policy.checkParameters({ additionalOwners, shared, altText })
    policy.checkSize(totalBytes, [media.category])
    inspection?.judge({ category: media.category, totalBytes, altText, altTextMayFollow })
    const facts = inspection?.findings().facts
    const file = { ...media, totalBytes, additionalOwners, shared, altText, facts }
    await policy.inspect(start.slice(0, HEAD_BYTES), file)
    // An upload that was aborted during the inspection must not consume quota.
    signal?.throwIfAborted()
    await policy.consumeQuota(totalBytes)
    return media
  }
}
