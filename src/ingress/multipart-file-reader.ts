import { XMediaError } from '../errors.ts'
import { type Awaitable, andThen } from '../lib/and-then.ts'
import type { ByteReader } from './byte-reader.ts'
import type { DelimiterSearch } from './multipart-delimiter.ts'
import type { ReadResult } from './stream-reader.ts'

export interface FileReaderOptions {
  /** The start of the file, read already, and perhaps more of the body. */
  firstBytes: Uint8Array
  delimiter: DelimiterSearch
  /**
   * Called at the end of the file, with its delimiter and what was read after that. Reads on as far as the last read of the
   * file must know. Rejects to refuse the body.
   */
  onEnd: (trailing: Uint8Array<ArrayBuffer>, fileBytes: number) => Promise<void>
}

const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/** Least room to read into and search; a smaller view is filled from memory of our own. */
const SCRATCH_BYTES = 4096

/** Most bytes to wait for and search: they are still in the processor's cache, and what follows the file is kept apart. */
const MOST_AT_ONCE: number = 256 * 1024

/**
 * Reads a file of a multipart body, up to its delimiter. The last read resolves only when what follows has passed its check.
 * Bytes are searched where they were read, so a file costs no more copies than a raw body.
 */
export function createFileReader(source: ByteReader, options: FileReaderOptions): ByteReader {
  const { delimiter, onEnd } = options
  /** Bytes of the file that do not fit into the caller's view yet. */
  let ready: Uint8Array = NO_BYTES
  /** The end of what was read, when it may be the start of a delimiter. */
  let heldBack: Uint8Array<ArrayBuffer> = NO_BYTES
  /** The delimiter and the bytes read after it; undefined until it is found. */
  let trailing: Uint8Array<ArrayBuffer> | undefined
  let fileBytes = 0
  let ended = false
  let firstBytes: Uint8Array | undefined = options.firstBytes

  /** How many of the bytes certainly belong to the file. Keeps the others. */
  function search(bytes: Uint8Array<ArrayBuffer>): number {
    const index = delimiter.indexIn(bytes)
    const kept = index < 0 ? delimiter.partialAtEnd(bytes) : 0
    const certain = index < 0 ? bytes.length - kept : index
    if (index >= 0) trailing = bytes.slice(index)
    else heldBack = kept === 0 ? NO_BYTES : bytes.slice(certain)
    fileBytes += certain
    return certain
  }

  async function finish(start: Uint8Array<ArrayBuffer>): Promise<void> {
    await onEnd(start, fileBytes)
    ended = true
  }

  /** Reads after the bytes that were held back, and searches both together. */
  function readInto(view: Uint8Array<ArrayBuffer>, offset: number, atLeast = 1): Awaitable<ReadResult> {
    view.set(heldBack, offset)
    return andThen(source.read(view, offset + heldBack.length, Math.min(atLeast, MOST_AT_ONCE)), (read) => {
      const end = offset + heldBack.length + read.bytes
      // The last bytes of the source may complete the delimiter, so search before looking at `done`.
      const bytes = search(read.view.subarray(offset, end))
      if (!trailing && read.done) throw notClosed()
      return andThen(trailing && finish(trailing), () => ({ view: read.view, bytes, done: ended }))
    })
  }

  const isReady = () => firstBytes !== undefined || ready.length > 0 || ended
  const hasRoom = (room: number) => room >= heldBack.length + SCRATCH_BYTES

  async function readReady(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult> {
    if (firstBytes) {
      const start = firstBytes.slice()
      firstBytes = undefined
      ready = start.subarray(0, search(start))
      if (trailing) await finish(trailing)
    }
    if (ready.length === 0 && !ended) return await reader.read(view, offset)
    const fitting = ready.subarray(0, view.length - offset)
    view.set(fitting, offset)
    ready = ready.subarray(fitting.length)
    return { view, bytes: fitting.length, done: ended && ready.length === 0 }
  }

  async function readToScratch(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult> {
    const read = await readInto(new Uint8Array(heldBack.length + SCRATCH_BYTES), 0)
    ready = read.view.subarray(0, read.bytes)
    return await reader.read(view, offset)
  }

  const reader: ByteReader = {
    wait: () => (isReady() ? 'readable' : source.wait()),
    read(view, offset, atLeast) {
      if (isReady()) return readReady(view, offset)
      if (!hasRoom(view.length - offset)) return readToScratch(view, offset)
      return andThen(readInto(view, offset, atLeast), (read) =>
        read.bytes > 0 || read.done ? read : reader.read(read.view, offset, atLeast),
      )
    },
    cancel: (reason) => source.cancel(reason),
  }
  return reader
}

/** The body ended where its closing delimiter was still missing. */
export function notClosed(): XMediaError {
  return new XMediaError('body_incomplete', 'The form ended before its closing boundary. Send all of it.')
}

export function multipartLimit(detail: string): XMediaError {
  return new XMediaError('multipart_limit', detail)
}
