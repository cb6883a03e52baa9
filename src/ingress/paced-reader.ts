import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { ByteReader, WatchedReader } from './byte-reader.ts'

/** How slowly a client may send. Only the time spent waiting for the client counts, not the time waiting for X. */
export interface PaceOptions {
  /** Longest time without a byte, milliseconds. Default 30,000. */
  idleMs: number
  /**
   * Slowest average rate, bytes a second; the first `idleMs` do not count. Default 500, as in Apache's mod_reqtimeout.
   * https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html
   */
  minBytesPerSec: number
}

/** Time between two checks, milliseconds. */
const CHECK_MS = 1000

export interface PacedReader extends WatchedReader {
  /** Stops the timer. Call this when the upload has ended, also after an error. */
  stopTimer(): void
}

/** Reads a body and cancels it with `body_too_slow` when its client is too slow. Uses one timer for all reads. */
export function createPacedReader(
  source: ByteReader,
  clock: Clock,
  { idleMs, minBytesPerSec }: PaceOptions,
): PacedReader {
  let waitingSince: number | undefined
  let waitedMs = 0
  let receivedBytes = 0

  const silentMs = () => (waitingSince === undefined ? 0 : clock.now() - waitingSince)

  function check(): void {
    const idle = silentMs()
    const allowedMs = idleMs + (receivedBytes / minBytesPerSec) * 1000
    if (idle >= idleMs) source.cancel(tooSlow(`No bytes arrived for ${idleMs / 1000} seconds. Send without pauses.`))
    else if (waitedMs + idle > allowedMs) {
      source.cancel(tooSlow(`The body arrived too slowly. Send at least ${minBytesPerSec} bytes a second.`))
    } else cancelTimer = clock.after(Math.min(CHECK_MS, idleMs), check)
  }
  let cancelTimer = clock.after(Math.min(CHECK_MS, idleMs), check)

  return {
    async read(view, offset) {
      const started = clock.now()
      waitingSince = started
      try {
        const read = await source.read(view, offset)
        waitedMs += clock.now() - started
        receivedBytes += read.bytes
        return read
      } finally {
        waitingSince = undefined
      }
    },
    cancel: (reason) => source.cancel(reason),
    silentMs,
    receivedBytes: () => receivedBytes,
    stopTimer: () => cancelTimer(),
  }
}

function tooSlow(detail: string): XMediaError {
  return new XMediaError('body_too_slow', detail)
}
