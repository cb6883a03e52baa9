import { XMediaError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import type { ExclusiveBody } from './exclusive-body.ts'
import type { StreamReader } from './stream-reader.ts'

/**
 * Most bytes that are read and discarded after a refusal: some clients look for the response only when they have sent
 * the whole body. RFC 9112 section 9.6
 */
export const DRAIN_MAX_BYTES: number = 16 * 1024 * 1024
/** Longest time for that, milliseconds. */
export const DRAIN_MAX_MS = 2000
/** Bytes per read while discarding. */
export const DRAIN_READ_BYTES: number = 64 * 1024

/** Codes that mean the client has stopped sending: there is nothing to drain. */
const STOPPED_SENDING: readonly string[] = ['client_closed', 'body_incomplete', 'body_too_slow']

/**
 * A reader that drains the body before it cancels it. A server answers a cancelled body by closing the connection, and
 * a client that is still sending would never see why.
 */
export function drainOnCancel(reader: StreamReader, exclusiveBody: ExclusiveBody | undefined): StreamReader {
  return {
    wait: reader.wait,
    read: reader.read,
    async cancel(reason) {
      const hasStopped = reason instanceof XMediaError && STOPPED_SENDING.includes(reason.code)
      const drained = hasStopped ? Promise.resolve() : drain(reader)
      if (exclusiveBody) exclusiveBody.drained = drained
      await drained
      await reader.cancel(reason)
    },
  }
}

/** Reads and discards until the body ends, its client is gone, or a limit is reached. Never rejects. */
function drain(reader: StreamReader): Promise<void> {
  return new Promise((resolve) => {
    let isTimeUp = false
    // A read of a silent client may stay pending for ever.
    const cancelTimer = systemClock.after(DRAIN_MAX_MS, () => {
      isTimeUp = true
      resolve()
    })
    discard(reader, () => isTimeUp)
      // The client is gone.
      .catch(() => {})
      .finally(() => {
        cancelTimer()
        resolve()
      })
  })
}

/** Shared by all drains: nobody looks at the bytes. */
const DISCARDED: Uint8Array<ArrayBuffer> = new Uint8Array(DRAIN_READ_BYTES)

async function discard(reader: StreamReader, isTimeUp: () => boolean): Promise<void> {
  for (let discarded = 0; discarded < DRAIN_MAX_BYTES && !isTimeUp(); ) {
    const read = await reader.read(DISCARDED, 0)
    if (read.done) break
    discarded += read.bytes
  }
}
