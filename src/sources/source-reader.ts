import { XMediaError } from '../errors.ts'
import { toBodyIncomplete, type WatchedReader } from '../ingress/byte-reader.ts'
import { bodyTooShort } from '../ingress/lengths.ts'
import type { Arrival, ChunkReader } from '../ingress/stream-reader.ts'
import { abortable } from '../lib/abort-scope.ts'
import { type AttemptOptions, createAttempts } from './attempts.ts'
import { readChunks } from './chunk-reader.ts'
import { inTime } from './in-time.ts'
import type { SourceFile } from './media-source.ts'
import type { FileDescription } from './stored-file.ts'

/** The part of a source that an upload needs. */
export interface SourcePart {
  /** The byte to start at. */
  offset: number
  /** The size of the whole file, as the upload declares it. */
  totalBytes: number
  /** The file that the upload began with. */
  expected: FileDescription
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/**
 * Reads a source from a byte to its end. When it breaks off, ends early or sends nothing for `retry.timeoutMs`, it is
 * opened again at the byte where it stopped, up to `retry.retries` times without a byte. A source that can be read only
 * once fails with `body_incomplete` or `body_too_short`.
 */
export function createSourceReader(
  source: SourceFile,
  { offset, totalBytes, expected }: SourcePart,
  options: AttemptOptions,
): WatchedReader {
  const { clock, retry } = options
  const cancelling = new AbortController()
  const attempts = createAttempts(options)
  const timeoutMs = source.canReopen ? retry.timeoutMs : Number.POSITIVE_INFINITY
  const limit = { clock, timeoutMs, signal: cancelling.signal }
  let reader: ChunkReader | undefined
  let position = offset
  let chunk = NO_BYTES
  let hasEnded = false
  let filling: Promise<void> | undefined

  async function open(signal: AbortSignal): Promise<ChunkReader> {
    const stream = await source.open(position, { expected, signal })
    if (!signal.aborted) return readChunks(stream)
    // Nobody waits for it any more.
    await stream.cancel(signal.reason)
    throw signal.reason
  }

  async function readChunk(): Promise<void> {
    const opened = reader ?? (await inTime(open, limit))
    reader = opened
    const { done, value = NO_BYTES } = await inTime(() => opened.read(), limit)
    if (done) {
      if (position < totalBytes) throw bodyTooShort(position, totalBytes)
      hasEnded = true
    } else {
      chunk = value
      if (chunk.length > 0) attempts.reset()
    }
  }

  function close(reason: unknown): void {
    reader?.cancel(reason).catch(() => {})
    reader = undefined
  }

  /** Reads until there are bytes, or until the source has ended. */
  async function fill(): Promise<void> {
    while (chunk.length === 0 && !hasEnded) {
      try {
        await readChunk()
      } catch (error) {
        close(error)
        cancelling.signal.throwIfAborted()
        // Every byte is there. Only a source that says more than that it broke off can still refuse them.
        if (position === totalBytes && !(error instanceof XMediaError)) hasEnded = true
        else if (source.canReopen) await attempts.pauseAfter(error, cancelling.signal)
        else throw toBodyIncomplete(error)
      }
    }
  }

  /** Stays rejected once the source has failed for good. */
  function filled(): Promise<void> {
    filling ??= fill().then(() => {
      filling = undefined
    })
    return abortable(filling, cancelling.signal)
  }

  return {
    async wait(): Promise<Arrival> {
      // The next read fails with the error.
      await filled().catch(() => {})
      return 'readable'
    },
    async read(view, at) {
      await filled()
      const bytes = Math.min(chunk.length, view.length - at)
      view.set(chunk.subarray(0, bytes), at)
      // The next read may take the chunk's memory.
      chunk = bytes === chunk.length ? NO_BYTES : chunk.subarray(bytes)
      position += bytes
      return { view, bytes, done: bytes === 0 }
    },
    cancel(reason) {
      cancelling.abort(reason)
      close(reason)
    },
    // The app's own source never loses its upload to another caller, which waits.
    silentMs: () => 0,
    receivedBytes: () => position - offset,
  }
}
