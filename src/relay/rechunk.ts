import { untilAborted } from '../x/ending.ts'

/** Where a segment's bytes go: a view of exactly the asked length; its buffer may have room in front and behind. */
export type AllocateSegment = (bytes: number) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>

export interface RechunkOptions {
  /** Bytes per segment, asked anew before each one; at least 1. */
  segmentBytes: number | (() => number)
  /** Provides the memory of each segment. Default: a new array. */
  allocate?: AllocateSegment
  /** Ends the iteration with its reason, even while a read is pending. */
  signal?: AbortSignal | undefined
}

/**
 * Cuts a byte stream into segments of exactly `segmentBytes`; only the last one may be shorter, none is empty.
 *
 * It reads only when asked for the next segment, so back-pressure reaches the source, and holds one segment at most.
 * The source is cancelled when the iteration ends early, and fails the iteration when it fails itself.
 */
export async function* rechunk(
  source: ReadableStream<Uint8Array>,
  options: RechunkOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const { segmentBytes, allocate = (bytes) => new Uint8Array(bytes), signal } = options
  const reader = openReader(source)
  let ended = false
  try {
    while (!ended) {
      const bytes = typeof segmentBytes === 'function' ? segmentBytes() : segmentBytes
      if (!(bytes >= 1)) throw new RangeError(`segmentBytes must be at least 1, not ${bytes}`)
      const segment = await untilAborted(reader.read(bytes, allocate), signal)
      ended = segment.length < bytes
      if (segment.length > 0) yield segment
    }
  } catch (error) {
    ended = false
    throw error
  } finally {
    // Not awaited: on workerd a read that is pending when the client resets the connection never settles, nor does this.
    if (!ended) reader.cancel(signal?.reason).catch(() => {})
  }
}

interface SegmentReader {
  /** Resolves with a full segment, or a shorter, possibly empty one at the end of the source. */
  read(bytes: number, allocate: AllocateSegment): Promise<Uint8Array<ArrayBuffer>>
  cancel(reason: unknown): Promise<void>
}

const NOTHING = new Uint8Array(0)

function openReader(source: ReadableStream<Uint8Array>): SegmentReader {
  return openInPlaceReader(source) ?? openCopyingReader(source)
}

/** One copy per byte: for bodies that are no byte streams (Node, Bun), and wherever in-place reads do not pay. */
function openCopyingReader(source: ReadableStream<Uint8Array>): SegmentReader {
  const reader = source.getReader()
  let chunk: Uint8Array = NOTHING

  return {
    async read(bytes, allocate) {
      let segment: Uint8Array<ArrayBuffer> = NOTHING
      let filled = 0
      while (filled < bytes) {
        if (chunk.length === 0) {
          const { done, value } = await reader.read()
          if (done) break
          chunk = value
          continue
        }
        if (filled === 0) segment = await allocate(bytes)
        const part = chunk.length <= bytes - filled ? chunk : chunk.subarray(0, bytes - filled)
        segment.set(part, filled)
        filled += part.length
        chunk = chunk.subarray(part.length)
      }
      return filled === bytes ? segment : segment.subarray(0, filled)
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

/** The reader of a workerd request body. https://developers.cloudflare.com/workers/runtime-apis/streams/readablestreambyobreader/ */
interface ReadAtLeast {
  readAtLeast(
    minElements: number,
    view: Uint8Array<ArrayBuffer>,
  ): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> }>
}

function hasReadAtLeast(reader: ReadableStreamBYOBReader): reader is ReadableStreamBYOBReader & ReadAtLeast {
  return 'readAtLeast' in reader
}

/**
 * No copy: the runtime writes straight into the segment.
 *
 * Only where the reader has `readAtLeast`, which is workerd: there the default reader yields pieces of 4 KiB and costs
 * seven times the CPU. Elsewhere byte streams exist too, but on Deno 2.8.3 – 2.9.6 such reads of chunked bodies hang.
 */
function openInPlaceReader(source: ReadableStream<Uint8Array>): SegmentReader | undefined {
  let reader: ReadableStreamBYOBReader
  try {
    reader = source.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
  if (!hasReadAtLeast(reader)) {
    reader.releaseLock()
    return undefined
  }
  return {
    async read(bytes, allocate) {
      const { value } = await reader.readAtLeast(bytes, await allocate(bytes))
      return value ?? NOTHING
    },
    cancel: (reason) => reader.cancel(reason),
  }
}
