import { freeBuffer } from '../lib/buffers.ts'

/** Buffers that are used again and again: a new one stays in memory until long after its last use. */
export interface BufferPool {
  /** A buffer of `bufferSize(bytes)` bytes, with old contents. */
  acquire(bytes: number): ArrayBuffer
  /** Keeps a buffer for later use. */
  release(buffer: ArrayBuffer): void
  /** Stops counting buffers that will not be released, `bytes` in all. */
  forget(bytes: number): void
  /** Frees unused buffers, the oldest first, until at most `maxBytes` are left. */
  shrink(maxBytes: number): void
}

/** Sizes are multiples of this, so that buffers fit uploads with different fields around their segments. */
const SLACK_BYTES = 1024

/** The size of a buffer for `bytes` bytes. */
export function bufferSize(bytes: number): number {
  return Math.ceil(bytes / SLACK_BYTES) * SLACK_BYTES
}

/** @param maxBytes Unused buffers are freed when the pool would grow beyond this size. */
export function createBufferPool(maxBytes: number): BufferPool {
  let allocatedBytes = 0
  const unused: ArrayBuffer[] = []

  function takeUnused(bytes: number): ArrayBuffer | undefined {
    const index = unused.findLastIndex(({ byteLength }) => byteLength === bytes)
    return index < 0 ? undefined : unused.splice(index, 1)[0]
  }

  function shrink(bytes: number): void {
    while (allocatedBytes > bytes) {
      const oldest = unused.shift()
      if (oldest === undefined) return
      allocatedBytes -= oldest.byteLength
      freeBuffer(oldest)
    }
  }

  return {
    acquire(bytes) {
      const size = bufferSize(bytes)
      const reused = takeUnused(size)
      if (reused) return reused
      shrink(maxBytes - size)
      allocatedBytes += size
      return new ArrayBuffer(size)
    },
    release(buffer) {
      unused.push(buffer)
    },
    forget(bytes) {
      allocatedBytes -= bytes
    },
    shrink,
  }
}
