import { XMediaError } from '../errors.ts'
import { formatSize } from '../lib/format-bytes.ts'
import { MAX_SEGMENT_BYTES } from '../x/limits.ts'
import { bufferSize } from './buffer-pool.ts'

/** A segment that X refuses as too large is not halved below this size. */
export const MIN_HALVED_BYTES: number = 512 * 1024

/** A lack of memory shrinks no segment below this size, because X's rate limits count calls. */
const MIN_SHRUNK_BYTES: number = 32 * 1024

/** The most bytes of head and tail around a segment. A one-shot upload with a hundred owners has the longest. */
const MAX_ENVELOPE_BYTES = 4096

/** The buffers to reserve for an upload before its size is known: one of the smallest segments, 36 KiB. */
export const MIN_UPLOAD_BUFFER_BYTES: number = bufferFor(MIN_SHRUNK_BYTES)

/** The sizes of an upload's segments. */
export interface SegmentPlan {
  /** The size of a segment when there is enough memory. */
  segmentBytes: number
  /** The smallest size for all segments but the last: so small that the indices still suffice, and at least 32 KiB. */
  minSegmentBytes: number
  /** Whether a segment may end early when memory is short; if not, the upload fails with `overloaded`. */
  mayShrink: boolean
  /** The buffers without which the upload cannot proceed: one segment, which is read first and then sent. */
  minBufferBytes: number
}

/** Plans a file that must be held whole, in one segment. */
export function planSingleSegment(bytes: number): SegmentPlan {
  const minSegmentBytes = Math.max(1, Math.min(bytes, MIN_SHRUNK_BYTES))
  // One more byte is read, into a buffer of its own, to find out whether the file ends there.
  const minBufferBytes = bufferFor(minSegmentBytes) + bufferFor(1)
  return { segmentBytes: bytes, minSegmentBytes, mayShrink: false, minBufferBytes }
}

/**
 * Plans an upload with segments of `preferredBytes`, or larger ones if it would need more than `maxSegments`.
 * Throws `too_large` if it would need segments larger than X accepts.
 */
export function planSegments(totalBytes: number, preferredBytes: number, maxSegments: number): SegmentPlan {
  const neededBytes = Math.ceil(totalBytes / maxSegments)
  if (neededBytes > MAX_SEGMENT_BYTES) {
    throw new XMediaError(
      'too_large',
      `The file is too large: ${formatSize(totalBytes)} do not fit into ${maxSegments} segments of ${formatSize(MAX_SEGMENT_BYTES)}.`,
    )
  }
  const segmentBytes = Math.max(preferredBytes, neededBytes)
  const minSegmentBytes = Math.max(1, Math.min(segmentBytes, totalBytes, Math.max(MIN_SHRUNK_BYTES, neededBytes)))
  return { segmentBytes, minSegmentBytes, mayShrink: true, minBufferBytes: bufferFor(minSegmentBytes) }
}

function bufferFor(segmentBytes: number): number {
  return bufferSize(segmentBytes + MAX_ENVELOPE_BYTES)
}
