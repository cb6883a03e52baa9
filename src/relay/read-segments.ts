import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { bodyTooLong, bodyTooShort } from '../ingress/lengths.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import { type RechunkOptions, rechunk } from './rechunk.ts'

export interface SegmentOptions extends Omit<RechunkOptions, 'segmentBytes'> {
  /** The largest size for the next segment. */
  segmentBytes: () => number
}

export interface ReadSegmentsOptions extends SegmentOptions {
  /** The declared size of the body. If it is unknown, the body must fit into one segment. */
  totalBytes: number | undefined
  /** The most bytes that a body of unknown size can have, where something tells. */
  maxTotalBytes?: number | undefined
}

type Segments = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>

/**
 * Reads the segments of an untrusted body. We count its bytes and trust no declaration: unless the body ends after exactly
 * `totalBytes`, the iteration fails with `body_too_long`, `body_too_short` or `body_incomplete`. A body of unknown size
 * yields one segment after its end, or fails with `length_required` if it is larger; with `body_too_long`, if it is larger
 * than `maxTotalBytes`. An empty one fails with `empty_body`.
 */
export function readSegments(body: ByteReader, options: ReadSegmentsOptions): Segments {
  const { totalBytes } = options
  return totalBytes === undefined ? readWhole(body, options) : readExactly(body, totalBytes, options)
}

async function* readExactly(
  body: ByteReader,
  totalBytes: number,
  { segmentBytes, ...options }: SegmentOptions,
): Segments {
  let readBytes = 0
  // After the last expected byte we read one more, to find out whether the body ends there.
  const nextBytes = () => Math.min(segmentBytes(), Math.max(1, totalBytes - readBytes))
  for await (const segment of rechunk(body, { ...options, segmentBytes: nextBytes })) {
    readBytes += segment.length
    if (readBytes > totalBytes) throw bodyTooLong(totalBytes)
    yield segment
  }
  if (totalBytes === 0) throw emptyBody()
  if (readBytes < totalBytes) throw bodyTooShort(readBytes, totalBytes)
}

async function* readWhole(
  body: ByteReader,
  { segmentBytes, maxTotalBytes, ...options }: ReadSegmentsOptions,
): Segments {
  let file: Uint8Array<ArrayBuffer> | undefined
  const nextBytes = () => (file ? 1 : segmentBytes())
  for await (const segment of rechunk(body, { ...options, segmentBytes: nextBytes })) {
    if (file) throw maxTotalBytes === undefined ? lengthRequired(file.length) : bodyTooLong(maxTotalBytes)
    file = segment
  }
  if (file === undefined) throw emptyBody()
  yield file
}

function lengthRequired(readBytes: number): XMediaError {
  return new XMediaError(
    'length_required',
    `X needs the size up front, and this file has more than ${formatBytes(readBytes)}: send total_bytes before the file.`,
  )
}
