import { isRequestTooLarge, XMediaUploadError } from './upload-error.ts'

const MIB = 1_048_576

/** Small enough that a phone's connection shows progress, and a multiple of the server's segments from 4 MiB on. */
const FIRST_BYTES = MIB
/** More would make the progress coarse, and hardly be faster. */
const MAX_BYTES = 16 * MIB
/** Proxies take at least this much. nginx takes 1 MiB by default, other set-ups less. */
const MIN_BYTES = 64 * 1024

/** How long a chunk should take, milliseconds: long enough that round trips do not count. */
const SHORTEST_MS = 2000
const LONGEST_MS = 8000

/** A chunk is given up after this time plus ten times what it should take, milliseconds. */
const PATIENCE_MS = 60_000
/** The slowest connection that is expected before one is measured, bytes per millisecond. */
const SLOWEST_PACE = 16

/** How much to send at once. It grows on fast connections, and shrinks on slow ones. */
export interface ChunkSize {
  /** The size of the next chunk, bytes. */
  bytes(): number
  /** How long the next chunk may take, milliseconds. */
  timeoutMs(): number
  /** Adapts the size to how long a chunk took. */
  measure(bytes: number, ms: number): void
  /** Adapts the size after a refusal. Returns whether that may help. */
  adaptTo(error: unknown): boolean
}

export function createChunkSize(): ChunkSize {
  let bytes = FIRST_BYTES
  let largest = MAX_BYTES
  let bytesPerMs: number | undefined

  return {
    bytes: () => bytes,
    timeoutMs: () => PATIENCE_MS + (bytesPerMs === undefined ? bytes / SLOWEST_PACE : (10 * bytes) / bytesPerMs),
    measure(sent, ms) {
      bytesPerMs = sent / Math.max(ms, 1)
      if (ms < SHORTEST_MS) bytes = Math.min(2 * bytes, largest)
      else if (ms > LONGEST_MS) bytes = Math.max(bytes / 2, Math.min(FIRST_BYTES, largest))
    },
    adaptTo(error) {
      if (error instanceof XMediaUploadError && error.code === 'piece_too_small' && bytes < largest) {
        bytes *= 2
        return true
      }
      if (!isRequestTooLarge(error) || bytes <= MIN_BYTES) return false
      bytes /= 2
      largest = bytes
      return true
    },
  }
}
