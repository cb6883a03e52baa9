import type { SourceReader } from './source-reader.ts'

/**
 * Bytes that workerd is asked to wait for: it brings many more when they are there, and a sender of a few hundred bytes a
 * second is still seen to send.
 */
const WORTH_A_READ = 4096

/**
 * The reader that writes into memory of its caller, where it pays.
 * https://developers.cloudflare.com/workers/runtime-apis/streams/readablestreambyobreader/
 */
export function openByteStream(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  let reader: ReadableStreamBYOBReader
  try {
    reader = stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
  // Only that of workerd has this method.
  if ('readAtLeast' in reader) return reader
  reader.releaseLock()
  return undefined
}

/**
 * No copy: the runtime writes straight into the view. Only on workerd: there the default reader yields chunks of 4 KiB and
 * costs seven times the CPU. On Deno such reads of chunked bodies hang (2.8.3 – 2.9.6), and with 16 uploads at once they
 * take twice the CPU and three times the memory of reads with a copy.
 */
export function createInPlaceReader(reader: ReadableStreamBYOBReader): SourceReader {
  let pending: Promise<unknown> = Promise.resolve()
  let ended = false

  async function read(target: Uint8Array<ArrayBuffer>) {
    const { done, value } = await reader.read(target, { min: Math.min(WORTH_A_READ, target.length) })
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
