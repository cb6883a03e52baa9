import { XMediaError } from '../errors.ts'
import { type Awaitable, isPromise } from '../lib/and-then.ts'
import { drainOnCancel } from './drain.ts'
import { type ExclusiveBody, exclusiveBodyOf } from './exclusive-body.ts'
import {
  type Arrival,
  type CopyingReaderOptions,
  createCopyingReader,
  createInPlaceReader,
  openByobReader,
  type ReadResult,
  type StreamReader,
} from './stream-reader.ts'

/** Reads a body into memory that the caller provides, one read at a time. A read fails with `body_incomplete`. */
export interface ByteReader {
  /**
   * Waits for the client, before the caller provides memory. `readable`: a read returns at once, or fails at once. A reader
   * that watches its client also resolves with `slow` or `silent`, every few seconds while little or nothing arrives. On
   * workerd, where a read waits in the caller's memory, this waits for nothing.
   */
  wait(): Awaitable<Arrival>
  /**
   * Writes bytes into `view`, starting at `offset`: at least one, unless the body has ended. Continue with the result's
   * view; `view` itself cannot be used afterwards.
   *
   * @param atLeast Bytes worth waiting for, so that few reads fill a view. A read may return fewer. Default 1.
   * @param onBytes Called when some of them have arrived and the read waits for more, with their number.
   */
  read(
    view: Uint8Array<ArrayBuffer>,
    offset: number,
    atLeast?: number,
    onBytes?: (bytes: number) => void,
  ): Awaitable<ReadResult>
  /** Ends a pending read with the bytes that have arrived; false if there are none. */
  interrupt?: (() => boolean) | undefined
  /**
   * Stops reading, even where the runtime's own read would never settle: a pending read returns the bytes that have arrived,
   * or rejects at once with the reason.
   */
  cancel(reason: unknown): void
}

/** A reader that knows how fast its client sends. */
export interface WatchedReader extends ByteReader {
  /** How long the current read has been waiting, milliseconds; 0 when none is. */
  silentMs(): number
  /** Bytes received so far. */
  receivedBytes(): number
}

/** Reads a stream in the cheapest way this runtime has. */
export function openReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const byobReader = openByobReader(stream)
  if (byobReader) return toByteReader(createInPlaceReader(byobReader))
  return toByteReader(createCopyingReader(stream.getReader(), { freeChunks: 'none' }))
}

/**
 * Reads the body of a request; undefined when something else has read it, or is reading it. `cancel` drains it, so that
 * the client sees why; on Workers, the adapter does that.
 */
export function openRequestReader(request: Request): ByteReader | undefined {
  if (request.bodyUsed) return undefined
  const exclusiveBody = exclusiveBodyOf(request)
  const nativeChunks = exclusiveBody?.openNative?.()
  if (nativeChunks) {
    return toByteReader(
      drainOnCancel(createCopyingReader(nativeChunks, { freeChunks: 'whole buffers' }), exclusiveBody),
    )
  }
  const stream = request.body ?? new Blob().stream()
  if (stream.locked) return undefined
  const byobReader = openByobReader(stream)
  if (byobReader) return toByteReader(createInPlaceReader(byobReader))
  // A native body that did not open has another reader.
  const freeChunks = exclusiveBody && !exclusiveBody.openNative ? freeableChunks(exclusiveBody) : 'none'
  return toByteReader(drainOnCancel(createCopyingReader(stream.getReader(), { freeChunks }), exclusiveBody))
}

function freeableChunks({ hasOwnBuffers }: ExclusiveBody): CopyingReaderOptions['freeChunks'] {
  return hasOwnBuffers ? 'all' : 'whole buffers'
}

/** A reader that ends at once when it is cancelled, and fails with `body_incomplete`. */
export function toByteReader(reader: StreamReader): ByteReader {
  let cancelled: { reason: unknown } | undefined
  let rejectPending: ((reason: unknown) => void) | undefined
  let endWait: ((arrival: Arrival) => void) | undefined

  return {
    wait() {
      const waiting = cancelled ? 'readable' : reader.wait()
      if (!isPromise(waiting)) return waiting
      return new Promise((resolve) => {
        endWait = resolve
        waiting.then(resolve)
      })
    },
    read(view, offset, atLeast, onBytes) {
      if (cancelled) return Promise.reject(cancelled.reason)
      const reading = reader.read(view, offset, atLeast, onBytes)
      if (!isPromise(reading)) return reading
      return new Promise((resolve, reject) => {
        rejectPending = reject
        reading.then(resolve, (error: unknown) => reject(toBodyIncomplete(error)))
      })
    },
    interrupt: reader.interrupt,
    cancel(reason) {
      if (cancelled) return
      cancelled = { reason }
      if (!reader.interrupt?.()) rejectPending?.(reason)
      endWait?.('readable')
      // Not awaited: on workerd neither settles when the client resets the connection during a read.
      reader.cancel(reason).catch(() => {})
    },
  }
}

/** A stream fails when its client goes away; each runtime has its own error for that. */
export function toBodyIncomplete(error: unknown): XMediaError {
  if (error instanceof XMediaError) return error
  return new XMediaError('body_incomplete', 'The connection ended before the body was complete.', { cause: error })
}
