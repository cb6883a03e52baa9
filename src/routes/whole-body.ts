import { XMediaError } from '../errors.ts'
import type { ByteReader } from '../ingress/byte-reader.ts'
import { copyToLarger } from '../lib/buffers.ts'
import { formatSize } from '../lib/format-bytes.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'

/** Bytes to read at first. More memory is used only when they have arrived. */
const FIRST_BYTES = 64 * 1024

/** Reads a body to its end into memory. Throws `too_large` beyond `maxBytes`. */
export async function readWholeBody(
  body: ByteReader,
  maxBytes: number,
  reservation: MemoryReservation,
): Promise<Uint8Array<ArrayBuffer>> {
  let view = new Uint8Array(Math.min(maxBytes, FIRST_BYTES) + 1)
  let filled = 0
  for (let done = false; !done; ) {
    if (filled > maxBytes) throw bodyTooLarge(maxBytes)
    if (filled === view.length) {
      const length = Math.min(maxBytes + 1, 2 * view.length)
      // Copying needs both.
      reservation.require(view.length + length)
      view = copyToLarger(view, length)
    }
    const read = await body.read(view, filled)
    view = read.view
    filled += read.bytes
    done = read.done
  }
  return view.subarray(0, filled)
}

export function bodyTooLarge(maxBytes: number): XMediaError {
  return new XMediaError('too_large', `The request body exceeds the limit of ${formatSize(maxBytes)}.`)
}
