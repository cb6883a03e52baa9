import { abortable } from '../lib/abort-scope.ts'
import type { ByteReader } from './byte-reader.ts'
import { DRAIN_READ_BYTES, drain } from './drain.ts'
import type { ReadResult } from './stream-reader.ts'

/** Reads one file of a form. Cancelling it leaves the form open, so that the next file can still be read. */
export interface DetachedReader extends ByteReader {
  /** Reads on to the end of the file, within the limits of a drain. False if it did not get there. */
  skip(): Promise<boolean>
}

export function createDetachedReader(source: ByteReader): DetachedReader {
  const cancellation = new AbortController()
  const { signal } = cancellation
  let hasEnded = false
  let pending: Promise<unknown> = Promise.resolve()

  function start<T>(work: Promise<T>): Promise<T> {
    pending = work
    return abortable(work, signal)
  }

  async function readOn(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult> {
    const read = await source.read(view, offset)
    hasEnded = read.done
    return read
  }

  return {
    wait: async () => await start(source.wait()),
    async read(view, offset) {
      signal.throwIfAborted()
      return await start(readOn(view, offset))
    },
    cancel: (reason) => cancellation.abort(reason),
    async skip() {
      if (hasEnded) return true
      const rest = {
        async read(view: Uint8Array<ArrayBuffer>, offset: number): Promise<ReadResult> {
          // A source reads once at a time. If that read has failed, so has the form.
          await pending
          return hasEnded ? { view, bytes: 0, done: true } : await readOn(view, offset)
        },
      }
      return await drain(rest, new Uint8Array(DRAIN_READ_BYTES))
    },
  }
}
