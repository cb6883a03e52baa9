import { XMediaError } from '../errors.ts'
import type { ByteReader, WatchedReader } from '../ingress/byte-reader.ts'
import { type RechunkOptions, rechunk } from '../relay/rechunk.ts'

/** The hash that a client says its bytes have. */
export interface Checksum {
  algorithm: 'SHA-1' | 'SHA-256'
  digest: Uint8Array
}

/** A part of an upload's bytes, as one request brings it. */
export interface Chunk {
  body: WatchedReader
  /** What the request declares; undefined when it does not. */
  bytes: number | undefined
  checksum?: Checksum | undefined
}

export interface ChunkOptions extends RechunkOptions {
  segmentBytes: () => number
  /** Bytes that the upload still misses. */
  missingBytes: number
  /** Whether a segment that the chunk's end has cut short, and behind which bytes are missing, may be sent as it is. */
  keeps: (bytes: number) => boolean
}

/** A reader that ends where its source fails, so that what came before is not lost. */
export interface ReaderToEnd extends ByteReader {
  /** What ended it. */
  failure(): XMediaError | undefined
}

export function readToEnd(source: ByteReader): ReaderToEnd {
  let failure: XMediaError | undefined
  return {
    async read(view, offset) {
      try {
        return await source.read(view, offset)
      } catch (error) {
        if (!(error instanceof XMediaError)) throw error
        failure = error
        return { view: kept(view), bytes: 0, done: true }
      }
    },
    cancel: (reason) => source.cancel(reason),
    failure: () => failure,
  }
}

/** What a read that failed has left of a view: it may still write into it, or has it for ever, as where reads are in place. */
function kept({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return buffer.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(buffer.slice(0), byteOffset, length)
}

/**
 * The segments of a chunk. The bytes behind the last segment are left out, for the client to send again, when they may not
 * be a segment of their own. Fails with `body_too_long` when there are more than the upload misses.
 */
export async function* readChunk(
  body: ByteReader,
  { bytes, checksum }: Pick<Chunk, 'bytes' | 'checksum'>,
  { segmentBytes, missingBytes, keeps, ...options }: ChunkOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let missing = missingBytes
  let wanted = 0
  const segments = rechunk(body, {
    ...options,
    // After the last missing byte one more is asked for, which tells a longer chunk from one that ends.
    segmentBytes: () => {
      wanted = Math.min(segmentBytes(), Math.max(1, missing))
      return wanted
    },
  })
  for await (const segment of segments) {
    if (segment.length > missing) {
      throw new XMediaError('body_too_long', `The upload misses ${missing} bytes; this chunk has more.`)
    }
    missing -= segment.length
    const isCut = segment.length < wanted && missing > 0
    if ((isCut && !keeps(segment.length)) || (checksum && segment.length !== bytes)) {
      options.memory?.release(segment)
      return
    }
    if (checksum) await verify(segment, checksum)
    yield segment
  }
}

async function verify(segment: Uint8Array<ArrayBuffer>, { algorithm, digest }: Checksum): Promise<void> {
  const found = new Uint8Array(await crypto.subtle.digest(algorithm, segment))
  if (found.length === digest.length && found.every((byte, at) => byte === digest[at])) return
  throw new XMediaError('checksum_mismatch', 'The bytes of this chunk are not those of its checksum; send it again.')
}
