/** The memory that all uploads of an instance share. */
export interface Memory {
  /**
   * A part of it for one upload, which may always have `floorBytes` and more while there is more; undefined when not
   * even the floor is to be had now.
   */
  reserve(floorBytes: number): Allotment | undefined
  /** Bytes that are reserved or in use. */
  readonly committedBytes: number
}

/** What one upload has of the memory. */
export interface Allotment {
  /** A buffer of at least `bytes` bytes, with old contents; undefined when the upload may not have so much now. */
  take(bytes: number): ArrayBuffer | undefined
  /** Gives a buffer back, which must not be used afterwards. */
  give(buffer: ArrayBuffer): void
  /** Gives back all that is left. */
  close(): void
}

/**
 * Above its floor an upload takes at most this part of what is free: the first one gets all it can use, many get less
 * each, and a newcomer finds its floor.
 */
const SHARE_OF_FREE = 1 / 4

/** What a buffer may be larger than asked for, so that it is used again by uploads with other fields around a segment. */
export const SLACK_BYTES = 1024

/** Buffers are used again, as far as they fit: new ones wait for the garbage collector long after they are let go. */
export function createMemory(budgetBytes: number): Memory {
  let committed = 0
  let held = 0
  let uploads = 0
  let idle: ArrayBuffer[] = []

  function obtain(bytes: number): ArrayBuffer {
    const fit = idle.findIndex(({ byteLength }) => byteLength >= bytes && byteLength - bytes < SLACK_BYTES)
    const [found] = fit < 0 ? [] : idle.splice(fit, 1)
    if (found) return found
    while (idle.length > 0 && held + bytes > budgetBytes) held -= idle.shift()?.byteLength ?? 0
    held += bytes
    return new ArrayBuffer(bytes)
  }

  return {
    get committedBytes() {
      return committed
    },
    reserve(floorBytes) {
      if (committed + floorBytes > budgetBytes) return undefined
      committed += floorBytes
      uploads++
      let used = 0
      let open = true

      const use = (bytes: number) => {
        const before = Math.max(floorBytes, used)
        used += bytes
        committed += Math.max(floorBytes, used) - before
      }

      return {
        take(bytes) {
          const granted = used + bytes <= floorBytes || bytes <= (budgetBytes - committed) * SHARE_OF_FREE
          if (!granted || !open) return undefined
          const buffer = obtain(bytes)
          use(buffer.byteLength)
          return buffer
        },
        give(buffer) {
          if (open) {
            use(-buffer.byteLength)
            idle.push(buffer)
          }
        },
        close() {
          if (!open) return
          open = false
          committed -= Math.max(floorBytes, used)
          // What was not given back is lost, or still being read into: it is nobody's now.
          held -= used
          uploads--
          if (uploads === 0) {
            idle = []
            held = 0
          }
        },
      }
    },
  }
}
