import { XMediaError } from '../errors.ts'
import { type RechunkOptions, rechunk } from './rechunk.ts'

export interface BodyOptions extends Omit<RechunkOptions, 'segmentBytes'> {
  /** The size of the next segment, at most. */
  segmentBytes: () => number
  /** What the body was declared to have. */
  totalBytes: number
}

/**
 * The segments of an untrusted body. The counter is the authority: the iteration ends well only when the body ends
 * after exactly `totalBytes`, and fails with `body_too_long`, `body_too_short` or `body_incomplete` otherwise.
 */
export async function* readBody(
  body: ReadableStream<Uint8Array>,
  { segmentBytes, totalBytes, ...options }: BodyOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let readBytes = 0
  try {
    // After the last declared byte one more is asked for, which tells a longer body from one that ends.
    const next = () => Math.min(segmentBytes(), Math.max(1, totalBytes - readBytes))
    for await (const segment of rechunk(body, { ...options, segmentBytes: next })) {
      readBytes += segment.length
      if (readBytes > totalBytes) {
        throw new XMediaError('body_too_long', `The body has more than the ${totalBytes} bytes that were declared.`)
      }
      yield segment
    }
  } catch (error) {
    if (error instanceof XMediaError) throw error
    // A source that fails is a client that went away, whatever the runtime calls it.
    throw new XMediaError('body_incomplete', 'The connection ended before the body was complete.', { cause: error })
  }
  if (readBytes < totalBytes) {
    throw new XMediaError('body_too_short', `The body ended after ${readBytes} of ${totalBytes} declared bytes.`)
  }
}
