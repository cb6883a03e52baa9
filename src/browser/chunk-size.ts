import { isRequestTooLarge, XMediaUploadError } from './upload-error.ts'

const MIB = 1_048_576

/** Small enough to show progress on a slow connection. Doubled twice, it is a segment of the server. */
const FIRST_BYTES = MIB
/** More would make the progress coarse, and hardly be faster. */
const MAX_BYTES = 16 * MIB
/** Proxies take at least this much. nginx takes 1 MiB by default, other set-ups less. */
const MIN_BYTES = 64 * 1024

/** How long a chunk should take, milliseconds: long enough that round trips do not count. */
const SHORTEST_MS = 2000
const LONGEST_MS = 8000

/** How long the server may take for any request with a body, milliseconds. */
const PATIENCE_MS = 60_000
/** The pace that is assumed before one is measured, bytes per millisecond. */
const USUAL_PACE = 160

/** How much to send at once. It grows on fast connections, and shrinks on slow ones. */
export interface ChunkSize {
  /** The size of the next chunk, bytes. */
  bytes(): number
  /** How long the next chunk may take, milliseconds. */
  timeoutMs(): number
  /** Stays below what the server's `Upload-Limit` allows in a request. */
  keepTo(uploadLimit: string | null): void
  /** Adapts the size to how long a chunk took. */
  measure(bytes: number, ms: number): void
  /** Adapts the size after a refusal. Returns whether that may help. */
  adaptTo(error: unknown): boolean
}

/** How long to wait for the answer to a body of this size, milliseconds: a minute, and ten times what it should take. */
export function timeoutFor(bytes: number, bytesPerMs: number = USUAL_PACE): number {
  return PATIENCE_MS + (10 * bytes) / bytesPerMs
}

export function createChunkSize(): ChunkSize {
  let bytes = FIRST_BYTES
  let largest = MAX_BYTES
  let bytesPerMs: number | undefined

  return {
    bytes: () => bytes,
    timeoutMs: () => timeoutFor(bytes, bytesPerMs),
    keepTo(uploadLimit) {
      const [, allowed] = /\bmax-append-size=([1-9]\d*)/.exec(uploadLimit ?? '') ?? []
      largest = Math.min(largest, Number(allowed ?? largest))
      bytes = Math.min(bytes, largest)
    },
    measure(sent, ms) {
      bytesPerMs = sent / Math.max(ms, 1)
      if (ms < SHORTEST_MS) bytes = Math.min(2 * bytes, largest)
      else if (ms > LONGEST_MS) bytes = Math.max(bytes / 2, Math.min(FIRST_BYTES, largest))
    },
    adaptTo(error) {
      if (error instanceof XMediaUploadError && error.code === 'piece_too_small' && bytes < largest) {
        bytes = Math.min(2 * bytes, largest)
        return true
      }
      if (!isRequestTooLarge(error) || bytes <= MIN_BYTES) return false
      bytes /= 2
      largest = bytes
      return true
    },
  }
}
