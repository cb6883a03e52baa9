import { XMediaError } from '../errors.ts'
import { isPromise } from '../lib/and-then.ts'
import type { Clock } from '../lib/clock.ts'
import type { ByteReader, WatchedReader } from './byte-reader.ts'
import type { Arrival, ReadResult } from './stream-reader.ts'

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

/** A client is not slow before we have waited for it for so long, milliseconds. */
const SLOW_AFTER_MS = 2000

/** Slower than this, bytes a second, a client does not fill the smallest segment of 32 KiB in 5 s: it needs no larger one. */
const SLOW_BYTES_PER_SEC = 6500

/** A read waits for as much as the client sends in this time, in milliseconds. */
const READ_MS = 100

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
  /** Ended waits, in all and since the last byte. */
  let waitedMs = 0
  let silentBeforeMs = 0
  let receivedBytes = 0
  /** Where the measurement of the current rate began. */
  let measured = { waitedMs: 0, receivedBytes: 0 }
  let endWait: ((arrival: Arrival) => void) | undefined
  let unreported: Arrival = 'readable'

  /** A client at `minBytesPerSec` sends these in half of `idleMs`, so that no read makes it look silent. */
  const mostAtOnce = (minBytesPerSec * idleMs) / 2000

  /** Bytes that the next read waits for, where nothing tells how far it has come: fewer reads cost less CPU time. */
  function atLeast(): number {
    const bytesPerMs = receivedBytes / Math.max(1, waitedMs)
    return Math.max(1, Math.floor(Math.min(READ_MS * bytesPerMs, mostAtOnce)))
  }

  const currentWaitMs = () => (waitingSince === undefined ? 0 : clock.now() - waitingSince)
  const silentMs = () => (waitingSince === undefined ? 0 : silentBeforeMs + currentWaitMs())

  function beginWait(): void {
    waitingSince = clock.now()
  }

  function finishWait(): void {
    waitedMs += currentWaitMs()
    silentBeforeMs += currentWaitMs()
    waitingSince = undefined
  }

  function count(bytes: number): void {
    receivedBytes += bytes
    if (bytes > 0) silentBeforeMs = 0
  }

  /** How the client has sent since the last measurement; undefined when it is too early to tell. */
  function measure(): Arrival | undefined {
    const now = { waitedMs: waitedMs + currentWaitMs(), receivedBytes }
    const seconds = (now.waitedMs - measured.waitedMs) / 1000
    const bytes = now.receivedBytes - measured.receivedBytes
    const isQuick = bytes >= SLOW_BYTES_PER_SEC * seconds
    if (!isQuick && seconds * 1000 < SLOW_AFTER_MS) return undefined
    measured = now
    if (isQuick) return 'readable'
    return bytes < minBytesPerSec * seconds ? 'silent' : 'slow'
  }

  function check(): void {
    const idle = silentMs()
    const allowedMs = idleMs + (receivedBytes / minBytesPerSec) * 1000
    if (idle >= idleMs) source.cancel(tooSlow(`No bytes arrived for ${idleMs / 1000} seconds. Send without pauses.`))
    else if (waitedMs + currentWaitMs() > allowedMs) {
      source.cancel(tooSlow(`The body arrived too slowly. Send at least ${minBytesPerSec} bytes a second.`))
    } else {
      cancelTimer = clock.after(Math.min(CHECK_MS, idleMs), check)
      unreported = measure() ?? unreported
      if (unreported !== 'readable') {
        endWait?.(unreported)
        source.interrupt?.()
      }
    }
  }
  let cancelTimer = clock.after(Math.min(CHECK_MS, idleMs), check)

  function report(arrival: Arrival): Arrival {
    if (arrival !== 'readable') unreported = 'readable'
    return arrival
  }

  return {
    wait() {
      const arriving = unreported === 'readable' ? source.wait() : unreported
      if (!isPromise(arriving)) return report(arriving)
      return new Promise((resolve) => {
        beginWait()
        endWait = (arrival) => {
          finishWait()
          endWait = undefined
          resolve(report(arrival))
        }
        arriving.then((arrival) => endWait?.(arrival))
      })
    },
    read(view, offset, wanted) {
      let counted = 0
      function countPart(bytes: number): void {
        finishWait()
        count(bytes)
        counted += bytes
        beginWait()
      }
      function countRest(read: ReadResult): ReadResult {
        count(read.bytes - counted)
        return read
      }
      const reading = source.read(view, offset, source.interrupt ? wanted : atLeast(), countPart)
      if (!isPromise(reading)) return countRest(reading)
      beginWait()
      return reading.then(
        (read) => {
          finishWait()
          return countRest(read)
        },
        (error: unknown) => {
          finishWait()
          throw error
        },
      )
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
