import { type Awaitable, andThen, isPromise } from '../lib/and-then.ts'
import { type ByteReader, toByteReader } from './byte-reader.ts'
import { DRAIN_READ_BYTES, drain } from './drain.ts'
import type { ReadResult } from './stream-reader.ts'

/** Reads one file of a form. Cancelling it leaves the form open, so that the next file can still be read. */
export interface DetachedReader extends ByteReader {
  /** Reads on to the end of the file, within the limits of a drain. False if it did not get there. */
  skip(): Promise<boolean>
}

export function createDetachedReader(source: ByteReader): DetachedReader {
  let hasEnded = false
  /** The last read or wait that was not over at once. */
  let pending: Promise<unknown> = Promise.resolve()

  function track<T>(work: Awaitable<T>): Awaitable<T> {
    if (isPromise(work)) pending = work
    return work
  }

  function readOn(view: Uint8Array<ArrayBuffer>, offset: number, atLeast?: number): Awaitable<ReadResult> {
    return andThen(source.read(view, offset, atLeast), (read) => {
      hasEnded = read.done
      return read
    })
  }

  const detached = toByteReader({
    wait: () => track(source.wait()),
    read: (view, offset, atLeast) => track(readOn(view, offset, atLeast)),
    async cancel() {},
  })
  return {
    ...detached,
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
