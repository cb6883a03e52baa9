import { XMediaError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { createCopyingReader } from './copying-reader.ts'
import { createInPlaceReader, openByteStream } from './in-place-reader.ts'
import { type NativeBody, nativeBodyOf } from './native-body.ts'
import type { ReadResult, SourceReader } from './source-reader.ts'

/** A body, read into memory that the caller provides. One read at a time; fails with `body_incomplete`. */
export interface ByteReader {
  /**
   * Writes bytes into `view` from `offset` on: one at least, unless the body has ended. `view` must not be used
   * afterwards: the answer's takes its place.
   */
  read(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult>
  /** Ends the reading: a pending read rejects with the reason, also where the platform's own would never settle. */
  cancel(reason: unknown): void
}

/** A body whose sender is watched. */
export interface WatchedReader extends ByteReader {
  /** For how long a read has been waiting, milliseconds. */
  silentMs(): number
  /** Bytes that came. */
  receivedBytes(): number
}

/** What is still read of a request's body after it was refused, at most, and for how long. */
const LINGER_BYTES: number = 16 * 1024 * 1024
const LINGER_MS = 2000
const LINGER_READ_BYTES: number = 64 * 1024

/** Reasons to read nothing more: nothing comes. */
const SILENT: readonly string[] = ['client_closed', 'body_incomplete', 'body_too_slow']

/** Reads a stream in the way that is cheapest where this runs. */
export function openReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const byteReader = openByteStream(stream)
  if (byteReader) return cancellable(createInPlaceReader(byteReader))
  return cancellable(createCopyingReader(stream.getReader(), false))
}

/**
 * Reads the body of a request. A refusal does not cut it off at once: servers answer a body that is cancelled by closing
 * the connection, and a client that is still sending would never see why. RFC 9112 section 9.6
 */
export function openRequestReader(request: Request): ByteReader {
  const claim = nativeBodyOf(request)
  const chunks = claim?.open?.()
  if (chunks) return cancellable(readingOn(createCopyingReader(chunks, true), claim))
  const stream = request.body ?? new Blob().stream()
  const byteReader = openByteStream(stream)
  // On workerd the rest is for whoever answers: `lingering` in adapters/cloudflare.ts.
  if (byteReader) return cancellable(createInPlaceReader(byteReader))
  const mayFree = claim !== undefined && claim.open === undefined
  return cancellable(readingOn(createCopyingReader(stream.getReader(), mayFree), claim))
}

/** Nobody looks at what is discarded, so that all of it may go to one place. */
const NOWHERE = new Uint8Array(LINGER_READ_BYTES)

function readingOn(reader: SourceReader, claim: NativeBody | undefined): SourceReader {
  return {
    read: reader.read,
    async cancel(reason) {
      const isSilent = reason instanceof XMediaError && SILENT.includes(reason.code)
      const rest = isSilent ? Promise.resolve() : discard(reader)
      if (claim) claim.rest = rest
      await rest
      await reader.cancel(reason)
    },
  }
}

function discard(reader: SourceReader): Promise<void> {
  return new Promise((resolve) => {
    let timeUp = false
    // A read may be pending then, for ever if the client is silent.
    const cancelTimer = systemClock.after(LINGER_MS, () => {
      timeUp = true
      resolve()
    })
    readAway(reader, () => timeUp)
      // The client is gone.
      .catch(() => {})
      .finally(() => {
        cancelTimer()
        resolve()
      })
  })
}

async function readAway(reader: SourceReader, isTimeUp: () => boolean): Promise<void> {
  for (let discarded = 0; discarded < LINGER_BYTES && !isTimeUp(); ) {
    const read = await reader.read(NOWHERE, 0)
    if (read.done) break
    discarded += read.bytes
  }
}

function cancellable(reader: SourceReader): ByteReader {
  let cancelled: { reason: unknown } | undefined
  let rejectPending: ((reason: unknown) => void) | undefined

  return {
    read(view, offset) {
      return new Promise((resolve, reject) => {
        if (cancelled) return reject(cancelled.reason)
        rejectPending = reject
        reader.read(view, offset).then(resolve, (error: unknown) => reject(brokenOff(error)))
      })
    },
    cancel(reason) {
      if (cancelled) return
      cancelled = { reason }
      rejectPending?.(reason)
      // Not awaited: on workerd a read that is pending when the client resets the connection never settles, nor does this.
      reader.cancel(reason).catch(() => {})
    },
  }
}

/** A source that fails is a client that went away, whatever the runtime calls it. */
function brokenOff(error: unknown): XMediaError {
  if (error instanceof XMediaError) return error
  return new XMediaError('body_incomplete', 'The connection ended before the body was complete.', { cause: error })
}
