import { XMediaError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import type { DelimiterSearch } from './multipart-delimiter.ts'

export interface FileReaderOptions {
  /** What the file begins with, read already. */
  begun: Uint8Array
  delimiter: DelimiterSearch
  /** Bytes of the delimiter. */
  delimiterBytes: number
  /** Most bytes that may follow the file. */
  maxRestBytes: number
  /** Called with all that follows the delimiter, once the body has ended; throws when it must not. */
  checkRest: (rest: Uint8Array<ArrayBuffer>) => void
}

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/** Room to search in where the caller gives too little. */
const SCRATCH_BYTES = 4096

/**
 * The file of a multipart body, up to its delimiter; it ends well only when what follows ended well too. Bytes are
 * searched where they were read, so that a file costs no more copies than a raw body.
 */
export function createFileReader(source: ByteReader, options: FileReaderOptions): ByteReader {
  const { delimiter, delimiterBytes, maxRestBytes, checkRest } = options
  /** Searched, and not yet given out. */
  let ready: Uint8Array = NOTHING
  /** May be the beginning of a delimiter. */
  let held: Uint8Array<ArrayBuffer> = NOTHING
  /** What has been read behind the delimiter, once that is found. */
  let behind: Uint8Array<ArrayBuffer> | undefined
  let ended = false
  let begun: Uint8Array | undefined = options.begun

  /** How many of the bytes belong to the file for sure; the others are kept. */
  function search(bytes: Uint8Array<ArrayBuffer>): number {
    const index = delimiter.indexIn(bytes)
    if (index >= 0) {
      behind = bytes.slice(index + delimiterBytes)
      return index
    }
    const kept = delimiter.heldAtEnd(bytes)
    held = kept === 0 ? NOTHING : bytes.slice(bytes.length - kept)
    return bytes.length - kept
  }

  async function finish(start: Uint8Array<ArrayBuffer>): Promise<void> {
    checkRest(await readRest(start))
    ended = true
  }

  async function readRest(start: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    let view = new Uint8Array(Math.max(start.length, maxRestBytes) + 1)
    view.set(start)
    let filled = start.length
    for (let done = false; !done; ) {
      if (filled > maxRestBytes) {
        throw new XMediaError('multipart_limit', `The body may have ${maxRestBytes} bytes after its file.`)
      }
      const read = await source.read(view, filled)
      view = read.view
      filled += read.bytes
      done = read.done
    }
    return view.slice(0, filled)
  }

  /** Reads on behind what is held back, and searches it all. */
  async function readInto(view: Uint8Array<ArrayBuffer>, offset: number) {
    view.set(held, offset)
    const read = await source.read(view, offset + held.length)
    const end = offset + held.length + read.bytes
    // The search may find the end in the very bytes that end the source.
    const bytes = search(read.view.subarray(offset, end))
    if (behind) await finish(behind)
    else if (read.done) throw notClosed()
    return { view: read.view, bytes, done: ended }
  }

  return {
    async read(view, offset) {
      for (;;) {
        if (begun) {
          const start = begun.slice()
          begun = undefined
          ready = start.subarray(0, search(start))
          if (behind) await finish(behind)
        }
        const room = view.length - offset
        if (ready.length > 0 || ended) {
          const part = ready.subarray(0, room)
          view.set(part, offset)
          ready = ready.subarray(part.length)
          return { view, bytes: part.length, done: ended && ready.length === 0 }
        }
        if (room >= held.length + SCRATCH_BYTES) {
          const read = await readInto(view, offset)
          if (read.bytes > 0 || read.done) return read
          view = read.view
          continue
        }
        const read = await readInto(new Uint8Array(held.length + SCRATCH_BYTES), 0)
        ready = read.view.subarray(0, read.bytes)
      }
    },
    cancel: (reason) => source.cancel(reason),
  }
}

export function notClosed(): XMediaError {
  return new XMediaError('body_incomplete', 'The body ended before the boundary that closes it.')
}
