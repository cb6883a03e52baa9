import { XMediaError } from '../errors.ts'
import { MAX_SEGMENT_BYTES, MAX_SEGMENTS } from '../x/limits.ts'

/** Below this a refused segment is not made smaller again. */
export const MIN_SEGMENT_BYTES: number = 512 * 1024

/** The segment size an upload needs: `preferred`, or more where X's 1000 indices would not reach. */
export function planSegmentBytes(totalBytes: number, preferred: number): number {
  const needed = Math.ceil(totalBytes / MAX_SEGMENTS)
  if (needed > MAX_SEGMENT_BYTES) {
    throw new XMediaError(
      'too_large',
      `X takes at most ${MAX_SEGMENTS} segments of ${MAX_SEGMENT_BYTES} bytes, ${MAX_SEGMENTS * MAX_SEGMENT_BYTES} bytes in all; this upload has ${totalBytes}.`,
    )
  }
  return Math.max(preferred, needed)
}
