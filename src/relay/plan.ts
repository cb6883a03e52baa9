import { XMediaError } from '../errors.ts'
import { MAX_SEGMENT_BYTES } from '../x/limits.ts'

/** Below this a refused segment is not made smaller again. */
export const MIN_SEGMENT_BYTES: number = 512 * 1024

/** Below this a lack of memory makes no segment smaller: X's rate limits count calls. */
const MIN_PRESSED_BYTES: number = 64 * 1024

/** What is written around a segment's bytes, at most. */
const AROUND_BYTES = 2048

/** The sizes of an upload's segments. */
export interface SegmentPlan {
  /** Bytes of a segment where there is memory enough. */
  bytes: number
  /** Bytes that every segment but the last must have for the indices to reach, and not less than 64 KiB. */
  leastBytes: number
  /** Bytes without which the upload cannot go on: a segment on its way to X and one coming in. */
  floorBytes: number
}

/** Plans for a file that is held whole, in one segment. */
export function planWhole(bytes: number): SegmentPlan {
  return { bytes, leastBytes: bytes, floorBytes: bytes + 2 * AROUND_BYTES }
}

/** Plans for an upload: `preferred` bytes a segment, or more where `maxSegments` of them would not reach. */
export function planSegments(totalBytes: number, preferred: number, maxSegments: number): SegmentPlan {
  const needed = Math.ceil(totalBytes / maxSegments)
  if (needed > MAX_SEGMENT_BYTES) {
    throw new XMediaError(
      'too_large',
      `An upload may have ${maxSegments} segments of ${MAX_SEGMENT_BYTES} bytes here, ${maxSegments * MAX_SEGMENT_BYTES} bytes in all; this one has ${totalBytes}.`,
    )
  }
  const bytes = Math.max(preferred, needed)
  const leastBytes = Math.min(bytes, totalBytes, Math.max(MIN_PRESSED_BYTES, needed))
  return { bytes, leastBytes, floorBytes: 2 * (leastBytes + AROUND_BYTES) }
}
