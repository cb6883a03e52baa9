import { XMediaError } from '../errors.ts'
import { free } from '../lib/buffers.ts'

/** The memory that all uploads of an instance share. */
export interface Memory {
  /**
   * A part of it for one upload, which may always have `floorBytes` and more while there is more. Throws `overloaded` when
   * not even the floor is to be had now.
   */
  reserve(floorBytes: number, subject?: string): MemoryReservation
  /** Bytes that are reserved or in use, those of the copies that `fetch` makes among them. */
  readonly committedBytes: number
}

/** What one upload has of the memory. */
export interface MemoryReservation {
  /** Makes the floor as large as this at least, or throws `overloaded`. */
  require(floorBytes: number): void
  /** Whether so many uploads are above their floors that one more is better refused. */
  crowded(): boolean
  /** A buffer of at least `bytes` bytes, with old contents; undefined when the upload may not have so much now. */
  acquire(bytes: number): ArrayBuffer | undefined
  /** Gives a buffer back, which must not be used afterwards. */
  release(buffer: ArrayBuffer): void
  /** Gives back all that is left. */
  close(): void
}

/** Above its floor an upload takes buffers of at most this part of what is free: many get less each. */
const SHARE_OF_FREE = 1 / 3

/** What the uploads of one subject may have together: nobody alone keeps the others out. */
const SHARE_OF_SUBJECT = 3 / 4

/** The memory that a quick upload is worth having: no more of them go above their floors than can have so much. */
const WORTH_BYTES = 1024 * 1024

/** Every byte is counted twice: `fetch` copies what it is given, on every runtime, and lets go of it in its own time. */
export const COPIES = 2

/** Seconds after which an upload that found no memory may find some: a few APPENDs' time. */
const RETRY_AFTER_SECS = 5

/** What a buffer may be larger than asked for, so that it is used again by uploads with other fields around a segment. */
export const SLACK_BYTES = 1024

/** Buffers are used again, as far as they fit: new ones wait for the garbage collector long after they are let go. */
export function createMemory(budgetBytes: number): Memory {
  const bySubject = new Map<string, number>()
  let committed = 0
  let held = 0
  let uploads = 0
  let above = 0
  let idle: ArrayBuffer[] = []

  function obtain(bytes: number): ArrayBuffer {
    const fit = idle.findIndex(({ byteLength }) => byteLength >= bytes && byteLength - bytes < SLACK_BYTES)
    const [found] = fit < 0 ? [] : idle.splice(fit, 1)
    if (found) return found
    while (COPIES * (held + bytes) > budgetBytes) {
      const oldest = idle.shift()
      if (oldest === undefined) break
      held -= oldest.byteLength
      free(oldest)
    }
    held += bytes
    return new ArrayBuffer(bytes)
  }

  return {
    get committedBytes() {
      return committed
    },
    reserve(floorBytes, subject) {
      let floor = 0
      let used = 0
      let isAbove = false
      let open = true

      /** Bytes that this upload may still have. */
      function available(): number {
        const ofSubject = subject === undefined ? 0 : (bySubject.get(subject) ?? 0)
        const most = subject === undefined ? budgetBytes : budgetBytes * SHARE_OF_SUBJECT
        return Math.min(budgetBytes - committed, most - ofSubject)
      }

      function commit(newFloor: number, newUsed: number): void {
        const bytes = Math.max(newFloor, newUsed) - Math.max(floor, used)
        floor = newFloor
        used = newUsed
        committed += bytes
        if (subject === undefined) return
        const left = (bySubject.get(subject) ?? 0) + bytes
        if (left > 0) bySubject.set(subject, left)
        else bySubject.delete(subject)
      }

      const reservation: MemoryReservation = {
        require(bytes) {
          if (bytes <= floor) return
          if (bytes - Math.max(floor, used) > available()) throw overloaded()
          commit(bytes, used)
        },
        crowded: () => !isAbove && (above + 1) * WORTH_BYTES > budgetBytes,
        acquire(bytes) {
          const counted = COPIES * bytes
          const withinFloor = used + counted <= floor
          const mayRise = !reservation.crowded() && counted <= available() * SHARE_OF_FREE
          if (!open || !(withinFloor || mayRise)) return undefined
          if (!withinFloor && !isAbove) {
            isAbove = true
            above++
          }
          const buffer = obtain(bytes)
          commit(floor, used + COPIES * buffer.byteLength)
          return buffer
        },
        release(buffer) {
          if (!open) return
          commit(floor, used - COPIES * buffer.byteLength)
          idle.push(buffer)
        },
        close() {
          if (!open) return
          open = false
          // What was not given back is lost, or still being read into: it is nobody's now.
          held -= used / COPIES
          commit(0, 0)
          if (isAbove) above--
          uploads--
          if (uploads === 0) {
            for (const buffer of idle) free(buffer)
            idle = []
            held = 0
          }
        },
      }
      reservation.require(floorBytes)
      uploads++
      return reservation
    },
  }
}

export function overloaded(): XMediaError {
  return new XMediaError('overloaded', 'This server has no memory left for one more upload; try again soon.', {
    retryAfterSecs: RETRY_AFTER_SECS,
  })
}
