import { XMediaError } from '../errors.ts'
import type { ByteReader, WatchedReader } from '../ingress/byte-reader.ts'
import { type RechunkOptions, rechunk } from '../relay/rechunk.ts'

/** The hash that a client declares for its bytes. */
export interface Checksum {
  algorithm: 'SHA-1' | 'SHA-256'
  digest: Uint8Array
}

/** The bytes that one request brings for an upload. */
export interface Chunk {
  body: WatchedReader
  /** The declared size in bytes; undefined when the request declares none. */
  bytes: number | undefined
  checksum?: Checksum | undefined
}

export interface ChunkOptions extends RechunkOptions {
  segmentBytes: () => number
  /** Bytes that the upload still needs. */
  missingBytes: number
  /** Whether a segment that the chunk's end cut short may be sent, although more bytes of the upload follow. */
  maySendShort: (bytes: number) => boolean
}

/** A reader that ends, rather than fails, when its source fails. */
export interface TolerantReader extends ByteReader {
  /** The error that ended it, if there was one. */
  failure(): XMediaError | undefined
}

/** Reads a source until it ends or fails, so that the bytes before a failure are not lost. */
export function endOnFailure(source: ByteReader): TolerantReader {
  let failure: XMediaError | undefined
  return {
    wait: () => source.wait(),
    async read(view, offset, atLeast) {
      try {
        return await source.read(view, offset, atLeast)
      } catch (error) {
        if (!(error instanceof XMediaError)) throw error
        failure = error
        return { view: copyOrEmpty(view), bytes: 0, done: true }
      }
    },
    cancel: (reason) => source.cancel(reason),
    failure: () => failure,
  }
}

/** A failed read may still write into its view, hence the copy. A BYOB read has taken the view's memory for good. */
function copyOrEmpty({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return buffer.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(buffer.slice(0), byteOffset, length)
}

/**
 * Cuts a chunk into segments. It drops a short last segment that may not be sent; the client has to send those bytes
 * again. Throws `body_too_long` when the chunk has more bytes than the upload needs, and `checksum_mismatch`.
 */
export async function* readChunk(
  body: ByteReader,
  { bytes, checksum }: Pick<Chunk, 'bytes' | 'checksum'>,
  { segmentBytes, missingBytes, maySendShort, ...options }: ChunkOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let missing = missingBytes
  let wanted = 0
  const segments = rechunk(body, {
    ...options,
    segmentBytes: () => {
      // When no byte is missing, one more is wanted: it shows that the chunk is too long.
      wanted = Math.min(segmentBytes(), Math.max(1, missing))
      return wanted
    },
  })
  for await (const segment of segments) {
    if (segment.length > missing) throw chunkTooLong(missingBytes)
    missing -= segment.length
    const isShort = segment.length < wanted && missing > 0
    if ((isShort && !maySendShort(segment.length)) || (checksum && segment.length !== bytes)) {
      options.memory?.release(segment)
      return
    }
    if (checksum) await verify(segment, checksum)
    yield segment
  }
}

/** @param bytes The size of the chunk, if it is known. */
export function chunkTooLong(missingBytes: number, bytes?: number): XMediaError {
  return new XMediaError(
    'body_too_long',
    `This upload needs ${missingBytes.toLocaleString('en')} more bytes, but the chunk has ${bytes?.toLocaleString('en') ?? 'more'}.`,
  )
}

async function verify(segment: Uint8Array<ArrayBuffer>, { algorithm, digest }: Checksum): Promise<void> {
  const found = new Uint8Array(await crypto.subtle.digest(algorithm, segment))
  if (found.length === digest.length && found.every((byte, at) => byte === digest[at])) return
  throw new XMediaError('checksum_mismatch', 'The bytes of this chunk do not match its checksum; send them again.')
}
