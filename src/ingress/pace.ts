import { XMediaError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { ByteReader, WatchedReader } from './byte-reader.ts'

/** How slow a client may send. Only the time that the server waits for it counts, not the time it waits for X. */
export interface PaceOptions {
  /** Longest time without a byte, milliseconds. Default 30,000. */
  idleMs: number
  /**
   * Bytes a second on the average, the idle time being free. Default 500, as Apache's mod_reqtimeout has it.
   * https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html
   */
  minBytesPerSec: number
}

/** How often a waiting body is looked at, milliseconds. */
const CHECK_MS = 1000

export interface PacedReader extends WatchedReader {
  /** To be called when the upload has ended, however: leaves no timer. */
  release(): void
}

/** A body that ends with `body_too_slow` when its sender falls behind; one timer an upload, whatever its reads. */
export function paced(source: ByteReader, clock: Clock, { idleMs, minBytesPerSec }: PaceOptions): PacedReader {
  let waitingSince: number | undefined
  let waitedMs = 0
  let receivedBytes = 0

  const silentMs = () => (waitingSince === undefined ? 0 : clock.now() - waitingSince)

  function check(): void {
    const idle = silentMs()
    const allowedMs = idleMs + (receivedBytes / minBytesPerSec) * 1000
    if (idle >= idleMs) source.cancel(tooSlow(`No byte came for ${idleMs / 1000} seconds.`))
    else if (waitedMs + idle > allowedMs) source.cancel(tooSlow(`Send at least ${minBytesPerSec} bytes a second.`))
    else cancelTimer = clock.after(Math.min(CHECK_MS, idleMs), check)
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
    release: () => cancelTimer(),
  }
}

function tooSlow(detail: string): XMediaError {
  return new XMediaError('body_too_slow', `The body came too slowly. ${detail}`)
}
