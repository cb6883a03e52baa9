import { copyToLarger, freeBuffer } from '../lib/buffers.ts'
import type { ByteReader } from './byte-reader.ts'

/** The start of a file, in memory, and what reads the rest. */
export interface HeldFile<Reader extends Pick<ByteReader, 'read'> = ByteReader> {
  bytes: Uint8Array<ArrayBuffer>
  /** Undefined: the file has ended. */
  rest: Reader | undefined
}

/** The least memory for a file that is longer than its head: what a read of a socket yields. */
const MIN_HELD_BYTES: number = 64 * 1024

/**
 * Reads on until `maxBytes` are in memory or the file has ended. Memory grows with the bytes that arrive, so that a slow
 * client holds little. `file.bytes` must not be used afterwards.
 *
 * @param hold Called with the size of the memory before it grows. Throws to end the reading.
 */
export async function readUpTo<Reader extends Pick<ByteReader, 'read'>>(
  maxBytes: number,
  file: HeldFile<Reader>,
  hold: (bytes: number) => void,
): Promise<HeldFile<Reader>> {
  let { bytes: view, rest } = file
  let filled = view.length
  while (rest && filled < maxBytes) {
    if (filled === view.length) {
      const size = Math.min(maxBytes, Math.max(MIN_HELD_BYTES, 2 * filled))
      hold(size)
      const { buffer } = view
      view = copyToLarger(view, size)
      freeBuffer(buffer)
    }
    const read = await rest.read(view, filled)
    view = read.view
    filled += read.bytes
    if (read.done) rest = undefined
  }
  return { bytes: view.subarray(0, filled), rest }
}
