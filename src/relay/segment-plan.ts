import { XMediaError } from '../errors.ts'
import { MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { COPIES } from './memory.ts'

/** Below this a refused segment is not made smaller again. */
export const MIN_SEGMENT_BYTES: number = 512 * 1024

/** Below this a lack of memory makes no segment smaller: X's rate limits count calls. */
const MIN_PRESSED_BYTES: number = 32 * 1024

/** What is written around a segment's bytes, at most: a hundred owners in a one-shot upload are the longest. */
const AROUND_BYTES = 4096

/** What an upload has before it is known what it is: two of the smallest segments. */
export const FLOOR_BYTES: number = floorOf(MIN_PRESSED_BYTES)

/** The sizes of an upload's segments. */
export interface SegmentPlan {
  /** Bytes of a segment where there is memory enough. */
  bytes: number
  /** Bytes that every segment but the last must have for the indices to reach, and not less than 32 KiB. */
  leastBytes: number
  /** Whether the whole file must be held in one segment. */
  whole: boolean
  /** Bytes without which the upload cannot go on: a segment on its way to X and one coming in. */
  floorBytes: number
}

/** Plans for a file that is held whole, in one segment. */
export function planWhole(bytes: number): SegmentPlan {
  const leastBytes = Math.max(1, Math.min(bytes, MIN_PRESSED_BYTES))
  return { bytes, leastBytes, whole: true, floorBytes: floorOf(leastBytes) }
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
  const leastBytes = Math.max(1, Math.min(bytes, totalBytes, Math.max(MIN_PRESSED_BYTES, needed)))
  return { bytes, leastBytes, whole: false, floorBytes: floorOf(leastBytes) }
}

function floorOf(leastBytes: number): number {
  return COPIES * 2 * (leastBytes + AROUND_BYTES)
}
