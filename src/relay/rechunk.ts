import type { ByteReader } from '../ingress/byte-reader.ts'
import { HEAD_BYTES } from '../ingress/upload-source.ts'

/** Where a segment's bytes go. A view's buffer may have room in front and behind. */
export interface SegmentMemory {
  /** A view to begin a segment of at most `bytes` bytes in: of that length, or shorter to be grown as bytes arrive. */
  begin(bytes: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  /** A larger view with the same bytes; undefined when there is none to be had: the segment then ends here. */
  grow(view: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> | undefined
  /** Takes back what no segment came of. */
  release(view: Uint8Array<ArrayBuffer>): void
}

export interface RechunkOptions {
  /** Bytes per segment, asked anew before each one; at least 1. */
  segmentBytes: number | (() => number)
  /** Default: a new array for each segment. */
  memory?: SegmentMemory
  /** Ends the iteration with its reason, even while a read is pending. */
  signal?: AbortSignal | undefined
  /** Called once with a copy of the first bytes, as soon as `HEAD_BYTES` of them, or all there are, have been read. */
  onHead?: ((head: Uint8Array<ArrayBuffer>) => void) | undefined
}

const NEW_MEMORY: SegmentMemory = {
  begin: (bytes) => new Uint8Array(bytes),
  grow: () => undefined,
  release() {},
}

/**
 * Cuts a body into segments of exactly `segmentBytes`; only the last one may be shorter, or one that its memory ends;
 * none is empty.
 *
 * It reads only when asked for the next segment, so back-pressure reaches the source, and holds one segment at most.
 * The source is cancelled when the iteration ends early, and fails the iteration when it fails itself.
 */
export async function* rechunk(
  source: ByteReader,
  { segmentBytes, memory = NEW_MEMORY, signal, onHead }: RechunkOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const onAbort = () => source.cancel(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  let ended = false
  let headSeen = onHead === undefined
  try {
    while (!ended) {
      const wanted = typeof segmentBytes === 'function' ? segmentBytes() : segmentBytes
      if (!(wanted >= 1)) throw new RangeError(`segmentBytes must be at least 1, not ${wanted}`)
      let view = await memory.begin(wanted)
      let filled = 0
      let last = false
      while (filled < wanted && !last) {
        if (filled === view.length) {
          const larger = memory.grow(view, wanted)
          if (larger === undefined) break
          view = larger
        }
        const read = await source.read(view, filled)
        view = read.view
        filled += read.bytes
        last = read.done
        if (!headSeen && filled > 0 && (filled >= HEAD_BYTES || filled === wanted || last)) {
          headSeen = true
          onHead?.(view.slice(0, Math.min(filled, HEAD_BYTES)))
        }
      }
      ended = last
      // The memory went with a read that failed.
      if (view.length < filled) return
      if (filled > 0) yield view.subarray(0, filled)
      else memory.release(view)
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!ended) source.cancel(signal?.reason)
  }
}
