import type { ByteReader } from '../ingress/byte-reader.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'

type GrownView = Uint8Array<ArrayBuffer> | undefined

/** Provides the memory for segments. A view's buffer may have room before and after the view. */
export interface SegmentMemory {
  /** A view for a segment of at most `bytes` bytes: of that length, or shorter, to be grown as bytes arrive. */
  allocate(bytes: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  /** A longer view with the same bytes, up to `bytes` long. Undefined when there is no memory: the segment ends here. */
  grow(view: Uint8Array<ArrayBuffer>, bytes: number): GrownView | Promise<GrownView>
  /**
   * Called while the client sends little or nothing. A view with the same `filled` bytes that takes less memory, or the same
   * view. Undefined: the segment ends here.
   */
  shrink(view: Uint8Array<ArrayBuffer>, filled: number, arrival: 'slow' | 'silent'): Uint8Array<ArrayBuffer> | undefined
  /** Takes back a view; it must not be used afterwards. */
  release(view: Uint8Array<ArrayBuffer>): void
}

export interface RechunkOptions {
  /** The size of the next segment, at least 1. A function is called before each segment. */
  segmentBytes: number | (() => number)
  /** Default: a new array for each segment. */
  memory?: SegmentMemory
  /** Ends the iteration with its reason, even while a read is pending. */
  signal?: AbortSignal | undefined
  /**
   * Called once with a copy of the first bytes: as soon as `HEAD_BYTES` have been read, or fewer if the segment or the
   * body has no more.
   */
  onHead?: ((head: Uint8Array<ArrayBuffer>) => void) | undefined
}

const NEW_ARRAYS: SegmentMemory = {
  allocate: (bytes) => new Uint8Array(bytes),
  grow: () => undefined,
  shrink: (view) => view,
  release() {},
}

/**
 * Cuts a body into segments of exactly `segmentBytes`. Only the last segment may be shorter, and those for which `memory`
 * runs out; none is empty.
 *
 * It reads only when the next segment is requested, so that backpressure reaches the source, and holds one segment at a
 * time. When the iteration ends early, the source is cancelled; when the source fails, so does the iteration.
 */
export async function* rechunk(
  source: ByteReader,
  { segmentBytes, memory = NEW_ARRAYS, signal, onHead }: RechunkOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const onAbort = () => source.cancel(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  let done = false
  let needsHead = onHead !== undefined
  try {
    while (!done) {
      const wanted = typeof segmentBytes === 'function' ? segmentBytes() : segmentBytes
      if (!(wanted >= 1)) throw new RangeError(`segmentBytes must be at least 1, not ${wanted}`)
      let view = await memory.allocate(wanted)
      let filled = 0
      while (filled < wanted && !done) {
        const arrival = await source.wait()
        if (arrival !== 'readable') {
          const shorter = memory.shrink(view, filled, arrival)
          if (shorter === undefined) break
          view = shorter
          continue
        }
        if (filled === view.length) {
          const longer = await memory.grow(view, wanted)
          if (longer === undefined) break
          view = longer
        }
        const read = await source.read(view, filled, (needsHead ? HEAD_BYTES : view.length) - filled)
        view = read.view
        filled += read.bytes
        done = read.done
        if (needsHead && filled > 0 && (filled >= HEAD_BYTES || filled === wanted || done)) {
          needsHead = false
          onHead?.(view.slice(0, Math.min(filled, HEAD_BYTES)))
        }
      }
      // A failed read has kept the buffer.
      if (view.length < filled) return
      if (filled > 0) yield view.subarray(0, filled)
      else memory.release(view)
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!done) source.cancel(signal?.reason)
  }
}
