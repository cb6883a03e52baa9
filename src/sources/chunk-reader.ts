import { type ChunkReader, openByobReader } from '../ingress/stream-reader.ts'

/** Bytes read at once where chunks would otherwise have 4 KiB: large enough that reads cost less than the copy. */
const CHUNK_BYTES = 64 * 1024

/** Bytes that such a read waits for; it returns more when more are there. */
const MIN_READ_BYTES = 4096

/**
 * Reads the chunks of a stream. Each one is valid until the next read. A failed read takes no memory of the caller's with
 * it, so that the same segment can be continued from another stream.
 */
export function readChunks(stream: ReadableStream<Uint8Array>): ChunkReader {
  const byobReader = openByobReader(stream)
  if (byobReader === undefined) return stream.getReader()
  let buffer = new ArrayBuffer(CHUNK_BYTES)
  return {
    async read() {
      const { done, value } = await byobReader.read(new Uint8Array(buffer), { min: MIN_READ_BYTES })
      if (value !== undefined) buffer = value.buffer
      return done ? { done, value: undefined } : { done, value }
    },
    cancel: (reason) => byobReader.cancel(reason),
  }
}
