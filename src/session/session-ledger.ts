import { XMediaError } from '../errors.ts'
import { formatBytes } from '../lib/format-bytes.ts'
import type { Ledger } from '../relay/segment-ledger.ts'
import type { Lease } from './lease.ts'
import type { Session } from './record.ts'

/** The ledger of a resumable upload. The session keeps it, so that another request can continue the upload. */
export interface SessionLedger extends Ledger {
  /** Whether an earlier request may have sent the segment of this index. */
  mayHaveBeenSent(index: number): boolean
  /** Removes planned segments that were not sent. */
  close(): Promise<void>
}

export interface SessionLedgerOptions {
  /** How many segments to plan ahead. */
  segmentsAhead: number
  /**
   * Whether X is known to accept segments of this size. Others are not planned ahead, since X may refuse them, and then
   * the bytes are cut differently.
   */
  isAccepted: (bytes: number) => boolean
  /** What the inspection of so many bytes of the file has saved. */
  inspectionAt: (offset: number) => unknown
}

/**
 * Creates the ledger of a session. A segment's size is stored before the segment is sent. To save writes, most are
 * stored with the acknowledgement of an earlier segment, which plans the next full ones ahead.
 */
export function createSessionLedger(
  lease: Lease,
  { segmentsAhead, isAccepted, inspectionAt }: SessionLedgerOptions,
): SessionLedger {
  /** Earlier requests planned the indices below this one, and may have sent them. */
  const firstNewIndex = lease.session.nextSegment + lease.session.planned.length
  let firstUnsentIndex = firstNewIndex
  let planWritten: Promise<void> = Promise.resolve()
  const acknowledged = new Map<number, number>()

  const plannedBytes = (index: number) => lease.session.planned[index - lease.session.nextSegment]

  /** The sizes planned below an index. */
  const plannedBelow = (index: number) => lease.session.planned.slice(0, Math.max(0, index - lease.session.nextSegment))

  function planAhead(session: Session): Session {
    const { offset, segmentBytes, totalBytes = 0 } = session
    const planned = [...session.planned]
    let end = planned.reduce((sum, bytes) => sum + bytes, offset)
    while (planned.length < segmentsAhead && end < totalBytes) {
      const bytes = Math.min(segmentBytes, totalBytes - end)
      planned.push(bytes)
      end += bytes
    }
    return { ...session, planned }
  }

  return {
    mayHaveBeenSent: (index) => index < firstNewIndex,

    segmentBytes(index) {
      const bytes = plannedBytes(index)
      return index < firstNewIndex && bytes !== undefined ? bytes : lease.session.segmentBytes
    },

    async plan(index, bytes) {
      const { session } = lease
      const before = plannedBytes(index)
      if (before !== bytes) {
        if (index < firstNewIndex && before !== undefined) throw mustSendWhole(before)
        const next = { ...session, planned: [...plannedBelow(index), bytes] }
        const isFull = bytes === session.segmentBytes
        planWritten = lease.update(isFull && isAccepted(bytes) ? planAhead(next) : next)
      }
      firstUnsentIndex = Math.max(firstUnsentIndex, index + 1)
      await planWritten
    },

    async shrink(index, segmentBytes) {
      // X may already have a later segment of the size that it refuses now, so nothing can be cut differently.
      if (firstNewIndex > index + 1) throw mustSendWhole(plannedBytes(index) ?? lease.session.segmentBytes)
      firstUnsentIndex = index
      await lease.update({ segmentBytes, planned: plannedBelow(index) })
    },

    async acknowledge(index, bytes) {
      acknowledged.set(index, bytes)
      let { offset, nextSegment, planned } = lease.session
      for (let next = acknowledged.get(nextSegment); next !== undefined; next = acknowledged.get(nextSegment)) {
        acknowledged.delete(nextSegment)
        offset += next
        nextSegment += 1
        planned = planned.slice(1)
      }
      if (nextSegment === lease.session.nextSegment) return
      const session = { ...lease.session, offset, nextSegment, planned, inspection: inspectionAt(offset) }
      const isFull = (planned.at(-1) ?? bytes) === session.segmentBytes
      // A segment that is planned here must not be sent before this is written: `plan` waits for it.
      planWritten = lease.update(isFull ? planAhead(session) : session)
      await planWritten
    },

    async close() {
      const sent = plannedBelow(firstUnsentIndex)
      if (sent.length < lease.session.planned.length) await lease.update({ planned: sent })
    },
  }
}

function mustSendWhole(segmentBytes: number): XMediaError {
  return new XMediaError(
    'piece_too_small',
    `X may already have the next ${formatBytes(segmentBytes)} as one segment; send at least as many in one chunk.`,
  )
}
