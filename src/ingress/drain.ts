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

/** Whether the response says that some of the request was refused, so that its client may still be sending. */
export function isRefusal({ status }: Response): boolean {
  return status >= 400 || status === 207
}

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
    interrupt: reader.interrupt,
    async cancel(reason) {
      const hasStopped = reason instanceof XMediaError && STOPPED_SENDING.includes(reason.code)
      const drained = hasStopped ? Promise.resolve() : drain(reader)
      if (exclusiveBody) exclusiveBody.drained = drained
      await drained
      await reader.cancel(reason)
    },
  }
}

/**
 * Reads and discards until the body ends, its client is gone, or a limit is reached. Resolves to whether it has ended.
 *
 * @param view The memory to read into. Default: one that all drains share, since nobody looks at the bytes; not for readers
 *   that read in place.
 */
export function drain(reader: Pick<StreamReader, 'read'>, view: Uint8Array<ArrayBuffer> = DISCARDED): Promise<boolean> {
  return new Promise((resolve) => {
    let isTimeUp = false
    // A read of a silent client may stay pending for ever.
    const cancelTimer = systemClock.after(DRAIN_MAX_MS, () => {
      isTimeUp = true
      resolve(false)
    })
    discard(reader, view, () => isTimeUp)
      // The client is gone.
      .catch(() => false)
      .then((hasEnded) => {
        cancelTimer()
        resolve(hasEnded)
      })
  })
}

const DISCARDED: Uint8Array<ArrayBuffer> = new Uint8Array(DRAIN_READ_BYTES)

async function discard(
  reader: Pick<StreamReader, 'read'>,
  memory: Uint8Array<ArrayBuffer>,
  isTimeUp: () => boolean,
): Promise<boolean> {
  let view = memory
  for (let discarded = 0; discarded < DRAIN_MAX_BYTES && !isTimeUp(); ) {
    const read = await reader.read(view, 0)
    if (read.done) return true
    view = read.view
    discarded += read.bytes
  }
  return false
}
