import type { ByteReader } from './byte-reader.ts'

const NO_BYTES: Uint8Array = new Uint8Array(0)

/**
 * Reads bytes from memory, and then the rest of the file, unless it has ended.
 *
 * @param onRead Called when the bytes are read, or no longer needed.
 */
export function replay(bytes: Uint8Array, rest: ByteReader | undefined, onRead: () => void): ByteReader {
  let unread = bytes

  return {
    wait: async () => (rest && unread.length === 0 ? await rest.wait() : 'readable'),
    async read(view, offset, atLeast) {
      if (rest && unread.length === 0) return await rest.read(view, offset, atLeast)
      const part = unread.subarray(0, view.length - offset)
      view.set(part, offset)
      const hasMore = unread.length > part.length
      unread = hasMore ? unread.subarray(part.length) : NO_BYTES
      if (!hasMore) onRead()
      return { view, bytes: part.length, done: !rest && !hasMore }
    },
    cancel(reason) {
      rest?.cancel(reason)
      onRead()
    },
  }
}
