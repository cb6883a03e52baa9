import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { emptyBody } from '../ingress/upload-source.ts'
import { type RechunkOptions, rechunk } from './rechunk.ts'

export interface BodyOptions extends Omit<RechunkOptions, 'segmentBytes'> {
  /** The size of the next segment, at most. */
  segmentBytes: () => number
  /** What the body was declared to have; when that is not known, the body must end within the first segment. */
  totalBytes: number | undefined
}

/**
 * The segments of an untrusted body. The counter is the authority: the iteration ends well only when the body ends
 * after exactly `totalBytes`, and fails with `body_too_long`, `body_too_short` or `body_incomplete` otherwise. A body of
 * unknown length gives one segment, once it has ended, or fails with `length_required`.
 */
export async function* readBody(
  body: ByteReader,
  { segmentBytes, totalBytes, ...options }: BodyOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let readBytes = 0
  let only: Uint8Array<ArrayBuffer> | undefined
  // After the last declared byte one more is asked for, which tells a longer body from one that ends.
  const missing = () => (totalBytes === undefined ? (only ? 1 : segmentBytes()) : Math.max(1, totalBytes - readBytes))
  for await (const segment of rechunk(body, {
    ...options,
    segmentBytes: () => Math.min(segmentBytes(), missing()),
  })) {
    readBytes += segment.length
    if (totalBytes === undefined) {
      if (only) throw lengthRequired(only.length)
      only = segment
      continue
    }
    if (readBytes > totalBytes) {
      throw new XMediaError('body_too_long', `The file has more than the ${totalBytes} bytes that were declared.`)
    }
    yield segment
  }
  if (only) yield only
  if (totalBytes === undefined ? only === undefined : totalBytes === 0) throw emptyBody()
  if (totalBytes !== undefined && readBytes < totalBytes) {
    throw new XMediaError('body_too_short', `The file ended after ${readBytes} of ${totalBytes} declared bytes.`)
  }
}

function lengthRequired(bytes: number): XMediaError {
  return new XMediaError(
    'length_required',
    `X needs the size before the first byte, and this file has more than ${bytes}: send total_bytes in front of the file.`,
  )
}
