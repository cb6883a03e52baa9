import { freeBuffer } from '../lib/buffers.ts'

/** Buffers that are used again and again: a new one stays in memory until long after its last use. */
export interface BufferPool {
  /** A buffer of at least `bytes` bytes, less than `SLACK_BYTES` larger, with old contents. */
  acquire(bytes: number): ArrayBuffer
  /** Keeps a buffer for later use. */
  release(buffer: ArrayBuffer): void
  /** Stops counting buffers that will not be released, `bytes` in all. */
  forget(bytes: number): void
  /** Frees all buffers that are not in use. */
  clear(): void
}

/** How much larger than requested a reused buffer may be: uploads have different fields around their segments. */
export const SLACK_BYTES = 1024

/** @param maxBytes Unused buffers are freed when the pool would grow beyond this size. */
export function createBufferPool(maxBytes: number): BufferPool {
  let allocatedBytes = 0
  let unused: ArrayBuffer[] = []

  function takeUnused(bytes: number): ArrayBuffer | undefined {
    const index = unused.findIndex(({ byteLength }) => byteLength >= bytes && byteLength - bytes < SLACK_BYTES)
    return index < 0 ? undefined : unused.splice(index, 1)[0]
  }

  function makeRoomFor(bytes: number): void {
    while (allocatedBytes + bytes > maxBytes) {
      const oldest = unused.shift()
      if (oldest === undefined) return
      allocatedBytes -= oldest.byteLength
      freeBuffer(oldest)
    }
  }

  return {
    acquire(bytes) {
      const reused = takeUnused(bytes)
      if (reused) return reused
      makeRoomFor(bytes)
      allocatedBytes += bytes
      return new ArrayBuffer(bytes)
    },
    release(buffer) {
      unused.push(buffer)
    },
    forget(bytes) {
      allocatedBytes -= bytes
    },
    clear() {
      for (const buffer of unused) freeBuffer(buffer)
      unused = []
      allocatedBytes = 0
    },
  }
}
