import type { PieceReader } from './claim.ts'
import { free } from './free.ts'
import type { SourceReader } from './source-reader.ts'

/**
 * One copy per byte: for bodies that are no byte streams, and wherever in-place reads do not pay. Pieces that nobody else
 * has are freed as soon as they are copied, instead of when the garbage collector finds them: it would come for every
 * 16 MiB, and take up to a third of all CPU time.
 */
export function createCopyingReader(reader: PieceReader, mayFree: boolean): SourceReader {
  let piece = NOTHING
  let copied = 0

  return {
    async read(view, offset) {
      while (copied === piece.length) {
        const { done, value } = await reader.read()
        if (done) return { view, bytes: 0, done }
        piece = value
        copied = 0
      }
      const bytes = Math.min(piece.length - copied, view.length - offset)
      view.set(bytes === piece.length ? piece : piece.subarray(copied, copied + bytes), offset)
      copied += bytes
      if (copied === piece.length) {
        if (mayFree && isAlone(piece.buffer, piece)) free(piece.buffer)
        piece = NOTHING
        copied = 0
      }
      return { view, bytes, done: false }
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)

/** A runtime's read may be shared by several pieces, each a part of it: only what is a piece's alone is freed. */
function isAlone(buffer: ArrayBufferLike, { byteLength }: Uint8Array): buffer is ArrayBuffer {
  return byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
}
