import { XMediaError } from '../../errors.ts'
import { readUpTo } from '../../ingress/held-file.ts'
import { readDeclaredMedia } from '../../ingress/media-type.ts'
import { createCopyingReader } from '../../ingress/stream-reader.ts'
import { formatSize } from '../../lib/format-bytes.ts'
import { inferCategory, type MediaCategory } from '../../x/limits.ts'
import type { ImageInMemory } from './image-in-memory.ts'
import { mayBeImage } from './incoming-checks.ts'
import type { TransformedImage } from './options.ts'

export interface ResultOptions {
  /** What the client wants the image for. */
  category: MediaCategory | undefined
  /** The most bytes that a file of one of these categories may have. */
  limitFor(categories: readonly MediaCategory[]): number
  /** Called with the size of the result in memory, before it grows. */
  hold(bytes: number): void
  signal: AbortSignal
}

/**
 * Reads what a transform has returned. Throws `unsupported_media_type`, `category_mismatch` and `too_large` as for any
 * upload, and a `TypeError` for what is no image at all.
 */
export async function readResult(
  { body, mediaType }: TransformedImage,
  { category, limitFor, hold, signal }: ResultOptions,
): Promise<ImageInMemory> {
  if (typeof mediaType !== 'string') throw new TypeError('The result has no mediaType')
  const declared = readDeclaredMedia(mediaType, category)
  if (!mayBeImage(declared)) throw new TypeError(`The result is ${mediaType}, not an image`)
  const images = declared.mediaTypes.filter((type) => type.startsWith('image/'))
  const maxBytes = limitFor(category ? [category] : images.map(inferCategory))
  const bytes = body instanceof ReadableStream ? await readStream(body, maxBytes + 1, { hold, signal }) : body
  if (!(bytes instanceof Uint8Array)) throw new TypeError('The body of the result is neither bytes nor a stream')
  if (bytes.length === 0) throw new TypeError('The result has no bytes')
  if (!(bytes.length <= maxBytes)) throw stillTooLarge(maxBytes)
  hold(bytes.length)
  return { declared, bytes }
}

function stillTooLarge(maxBytes: number): XMediaError {
  return new XMediaError('too_large', `The image has more than ${formatSize(maxBytes)} even after it was converted.`)
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  { hold, signal }: Pick<ResultOptions, 'hold' | 'signal'>,
): Promise<Uint8Array> {
  const reader = stream.getReader()
  const cancel = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  try {
    const start = { bytes: new Uint8Array(0), rest: createCopyingReader(reader, { freeChunks: 'none' }) }
    const { bytes, rest } = await readUpTo(maxBytes, start, hold)
    if (rest) cancel()
    return bytes
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
