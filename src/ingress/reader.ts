import { XMediaError } from '../errors.ts'
import { systemClock } from '../x/clock.ts'

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

export interface ReadResult {
  /** The memory that was given, perhaps under a new name. */
  view: Uint8Array<ArrayBuffer>
  /** Bytes that were written. */
  bytes: number
  done: boolean
}

/** What is still read of a request's body after it was refused, at most, and for how long. */
const LINGER_BYTES: number = 16 * 1024 * 1024
const LINGER_MS = 2000

/** Reasons to read nothing more: nothing comes. */
const SILENT: readonly string[] = ['client_closed', 'body_incomplete', 'body_too_slow']

/** Reads a stream in the way that is cheapest where this runs. */
export function openReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const byteReader = openByteStream(stream)
  return cancellable(byteReader ? createInPlaceReader(byteReader) : createCopyingReader(stream.getReader()))
}

/**
 * Reads the body of a request. A refusal does not cut it off at once: servers answer a body that is cancelled by closing
 * the connection, and a client that is still sending would never see why. RFC 9112 section 9.6
 */
export function openRequestReader(body: ReadableStream<Uint8Array>): ByteReader {
  const byteReader = openByteStream(body)
  // On workerd the rest is for whoever answers: `lingering` in adapters/cloudflare.ts.
  if (byteReader) return cancellable(createInPlaceReader(byteReader))
  const reader = body.getReader()
  return cancellable({
    ...createCopyingReader(reader),
    async cancel(reason) {
      if (!(reason instanceof XMediaError && SILENT.includes(reason.code))) await discard(reader)
      await reader.cancel(reason)
    },
  })
}

async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let timeUp = false
  const callOff = systemClock.after(LINGER_MS, () => {
    timeUp = true
    reader.cancel().catch(() => {})
  })
  for (let discarded = 0; discarded < LINGER_BYTES && !timeUp; ) {
    const { done, value } = await reader.read()
    if (done) break
    discarded += value.length
  }
  callOff()
}

interface PlatformReader {
  read(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult>
  cancel(reason: unknown): Promise<void>
}

function cancellable(reader: PlatformReader): ByteReader {
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

/** One copy per byte: for bodies that are no byte streams (Node, Bun), and wherever in-place reads do not pay. */
function createCopyingReader(reader: ReadableStreamDefaultReader<Uint8Array>): PlatformReader {
  let chunk: Uint8Array = new Uint8Array(0)

  return {
    async read(view, offset) {
      while (chunk.length === 0) {
        const { done, value } = await reader.read()
        if (done) return { view, bytes: 0, done }
        chunk = value
      }
      const room = view.length - offset
      const part = chunk.length <= room ? chunk : chunk.subarray(0, room)
      view.set(part, offset)
      chunk = chunk.subarray(part.length)
      return { view, bytes: part.length, done: false }
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

/**
 * Bytes that workerd is asked to wait for: it brings many more when they are there, and a sender of a few hundred bytes
 * a second is still seen to send.
 */
const WORTH_A_READ = 4096

/** The reader of a workerd request body. https://developers.cloudflare.com/workers/runtime-apis/streams/readablestreambyobreader/ */
interface ReadAtLeast {
  readAtLeast(
    minElements: number,
    view: Uint8Array<ArrayBuffer>,
  ): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> }>
}

function hasReadAtLeast(reader: ReadableStreamBYOBReader): reader is ReadableStreamBYOBReader & ReadAtLeast {
  return 'readAtLeast' in reader
}

function openByteStream(stream: ReadableStream<Uint8Array>): (ReadableStreamBYOBReader & ReadAtLeast) | undefined {
  let reader: ReadableStreamBYOBReader
  try {
    reader = stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
  if (hasReadAtLeast(reader)) return reader
  reader.releaseLock()
  return undefined
}

/**
 * No copy: the runtime writes straight into the view.
 *
 * Only where the reader has `readAtLeast`, which is workerd: there the default reader yields pieces of 4 KiB and costs
 * seven times the CPU. Elsewhere byte streams exist too, but on Deno 2.8.3 – 2.9.6 such reads of chunked bodies hang.
 */
function createInPlaceReader(reader: ReadableStreamBYOBReader & ReadAtLeast): PlatformReader {
  let pending: Promise<unknown> = Promise.resolve()
  let ended = false

  async function read(target: Uint8Array<ArrayBuffer>) {
    const { done, value } = await reader.readAtLeast(Math.min(WORTH_A_READ, target.length), target)
    if (value === undefined) {
      throw new TypeError('The stream kept the memory it was given: use a compatibility date from 2024-05-13 on.')
    }
    return { done, value }
  }

  return {
    async read(given, offset) {
      if (ended) return { view: given, bytes: 0, done: true }
      const { buffer, byteOffset, length } = given
      const reading = read(new Uint8Array(buffer, byteOffset + offset, length - offset))
      pending = reading
      const { done, value } = await reading
      ended = done
      if (done) reader.releaseLock()
      return { view: new Uint8Array(value.buffer, byteOffset, length), bytes: value.length, done }
    },
    // Left to whoever answers the client, who is told nothing while nobody reads: `lingering` in adapters/cloudflare.ts.
    async cancel() {
      await pending.catch(() => {})
      reader.releaseLock()
    },
  }
}
