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
  /** @param atLeast Bytes to wait for. Only in-place reads can wait for more than one. */
  read(view: Uint8Array<ArrayBuffer>, offset: number, atLeast?: number): Awaitable<ReadResult>
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
  /** The next chunk, while we wait for it. Stays rejected after a failure, so that every later read fails too. */
  let arriving: Promise<void> | undefined

  const isReadable = () => ended || copied < chunk.length
  // Runtimes may cut several chunks from the buffer of one read.
  const isFreed = ({ byteLength, buffer }: Uint8Array) =>
    freeChunks === 'all' || (freeChunks === 'whole buffers' && byteLength === buffer.byteLength)

  function arrive(): Promise<void> {
    arriving ??= reader.read().then(({ done, value = NO_BYTES }) => {
      arriving = undefined
      ended = done ?? false
      chunk = value
      copied = 0
    })
    return arriving
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

  async function readNext(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult> {
    while (!isReadable()) await arrive()
    return copy(view, offset)
  }

  return {
    // The next read fails with the error.
    wait: () => (isReadable() ? 'readable' : arrive().then(isThere, isThere)),
    read: (view, offset) => (isReadable() ? copy(view, offset) : readNext(view, offset)),
    cancel: (reason) => reader.cancel(reason),
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

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
