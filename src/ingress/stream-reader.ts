import type { Awaitable } from '../lib/and-then.ts'
import { freeBuffer } from '../lib/buffers.ts'

/** Reads chunks, as the default reader of a `ReadableStream` does. */
export interface ChunkReader {
  read(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>
  cancel(reason: unknown): Promise<void>
}

/** What a client sends: enough to read on, or little, or nothing. */
export type Arrival = 'readable' | 'slow' | 'silent'

/** Reads a runtime's stream into memory that the caller provides. */
export interface StreamReader {
  /** Resolves when a read would wait for nothing; never rejects. */
  wait(): Awaitable<Arrival>
  /**
   * @param atLeast Bytes to wait for, or until the view is full or the body ends. Default 1.
   * @param onBytes Called when some of them have arrived and the read waits for more, with their number.
   */
  read(
    view: Uint8Array<ArrayBuffer>,
    offset: number,
    atLeast?: number,
    onBytes?: (bytes: number) => void,
  ): Awaitable<ReadResult>
  /**
   * Ends a pending read with the bytes that have arrived; false if there are none. Undefined where nothing tells how many:
   * on workerd.
   */
  interrupt?: (() => boolean) | undefined
  cancel(reason: unknown): Promise<void>
}

export interface ReadResult {
  /** The caller's memory. It replaces the view that was passed in, which an in-place read detaches. */
  view: Uint8Array<ArrayBuffer>
  /** Bytes written. */
  bytes: number
  /** Whether the body has ended. */
  done: boolean
}

export interface CopyingReaderOptions {
  /**
   * Which chunks to free as soon as they are copied: those that fill their buffer, which no other chunk can share, or all;
   * only when nobody else uses the chunks. The garbage collector runs once per 16 MiB that are not freed, and takes up to a
   * third of all CPU time.
   */
  freeChunks: 'none' | 'whole buffers' | 'all'
}

/** Copies each byte once: for bodies that are not byte streams, and wherever in-place reads do not pay off. */
export function createCopyingReader(reader: ChunkReader, { freeChunks }: CopyingReaderOptions): StreamReader {
  let chunk = NO_BYTES
  let copied = 0
  let ended = false
  /** After a failure every later read fails too. */
  let failure: { error: unknown } | undefined
  /** Resolves when the next chunk is there, or the next read fails. */
  let arriving: Promise<Arrival> | undefined
  /** The read that waits for it. */
  let pending: { onArrival(): void; interrupt(): boolean } | undefined

  const isReadable = () => ended || failure !== undefined || copied < chunk.length
  // Runtimes may cut several chunks from the buffer of one read.
  const isFreed = ({ byteLength, buffer }: Uint8Array) =>
    freeChunks === 'all' || (freeChunks === 'whole buffers' && byteLength === buffer.byteLength)

  /** One promise for each chunk, whoever waits: they are most of what a chunk costs, besides its copy. */
  function arrive(): Promise<Arrival> {
    arriving ??= reader.read().then(
      ({ done, value = NO_BYTES }) => {
        ended = done ?? false
        chunk = value
        copied = 0
        // An app's stream may yield anything, and what throws here would leave the read pending.
        if (!isBytes(value)) failure = { error: new TypeError('A chunk of the stream is not a Uint8Array') }
        return announce()
      },
      (error: unknown) => {
        failure = { error }
        return announce()
      },
    )
    return arriving
  }

  function announce(): Arrival {
    arriving = undefined
    pending?.onArrival()
    return 'readable'
  }

  function copy(view: Uint8Array<ArrayBuffer>, offset: number): ReadResult {
    const bytes = Math.min(chunk.length - copied, view.length - offset)
    view.set(bytes === chunk.length ? chunk : chunk.subarray(copied, copied + bytes), offset)
    copied += bytes
    if (bytes > 0 && copied === chunk.length) {
      if (isFreed(chunk) && chunk.buffer instanceof ArrayBuffer) freeBuffer(chunk.buffer)
      chunk = NO_BYTES
      copied = 0
    }
    return { view, bytes, done: ended }
  }

  return {
    wait: () => (isReadable() ? 'readable' : arrive()),
    read(view, offset, atLeast = 1, onBytes) {
      if (failure) return Promise.reject(failure.error)
      let filled = 0

      /** Copies what is there. Undefined: not enough yet. */
      function proceed(): ReadResult | undefined {
        const { bytes, done } = copy(view, offset + filled)
        filled += bytes
        if (done || filled >= atLeast || offset + filled === view.length) return { view, bytes: filled, done }
        onBytes?.(bytes)
        return undefined
      }

      const read = isReadable() ? proceed() : undefined
      if (read) return read
      return new Promise((resolve, reject) => {
        function settle(read: ReadResult): void {
          pending = undefined
          resolve(read)
        }
        pending = {
          onArrival() {
            if (failure && filled === 0) reject(failure.error)
            const read = failure ? { view, bytes: filled, done: false } : proceed()
            if (read) settle(read)
            else arrive()
          },
          interrupt() {
            if (filled > 0) settle({ view, bytes: filled, done: false })
            return filled > 0
          },
        }
        arrive()
      })
    },
    interrupt: () => pending?.interrupt() ?? false,
    cancel: (reason) => reader.cancel(reason),
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** Also for a `Uint8Array` of another realm, as in some test runners. */
const isBytes = (value: Uint8Array): boolean => ArrayBuffer.isView(value) && value.BYTES_PER_ELEMENT === 1

const isThere = (): Arrival => 'readable'

/** Bytes that an in-place read waits for when its caller does not say. It returns more when more are there. */
const MIN_READ_BYTES = 4096

/**
 * The stream's BYOB reader, where reading in place pays off; otherwise undefined, and the stream stays unlocked. That
 * is only on workerd: there the default reader yields chunks of 4 KiB and costs seven times the CPU. On Deno, BYOB
 * reads of chunked bodies hang (2.8.3 – 2.9.6), and with 16 uploads at once they take twice the CPU and three times the
 * memory.
 * https://developers.cloudflare.com/workers/runtime-apis/streams/readablestreambyobreader/
 */
export function openByobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  // Only workerd's reader has this method. To open one and release it would cost 3 % of a small upload on Deno.
  if (!('readAtLeast' in ReadableStreamBYOBReader.prototype)) return undefined
  try {
    return stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

/** Copies nothing: the runtime writes straight into the caller's memory. */
export function createInPlaceReader(reader: ReadableStreamBYOBReader): StreamReader {
  let pending: Promise<unknown> = Promise.resolve()
  let ended = false

  async function readInto(target: Uint8Array<ArrayBuffer>, atLeast: number) {
    const { done, value } = await reader.read(target, { min: Math.min(atLeast, target.length) })
    if (value === undefined) {
      throw new TypeError(
        'The stream did not return the memory of a read. Use a compatibility_date of 2024-10-14 or later.',
      )
    }
    return { done, value }
  }

  return {
    wait: isThere,
    async read(view, offset, atLeast = MIN_READ_BYTES) {
      if (ended) return { view, bytes: 0, done: true }
      const { buffer, byteOffset, length } = view
      const reading = readInto(new Uint8Array(buffer, byteOffset + offset, length - offset), atLeast)
      pending = reading
      const { done, value } = await reading
      ended = done
      if (done) reader.releaseLock()
      return { view: new Uint8Array(value.buffer, byteOffset, length), bytes: value.length, done }
    },
    // Only unlocks the stream, for adapters/cloudflare.ts to drain: workerd sends no response while nobody reads.
    async cancel() {
      await pending.catch(() => {})
      reader.releaseLock()
    },
  }
}
