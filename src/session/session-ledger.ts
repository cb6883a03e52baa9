import { XMediaError } from '../errors.ts'
import type { Ledger } from '../relay/segment-ledger.ts'
import type { Lease, Session } from './record.ts'

/** The account of a resumable upload, so that another request can go on with it, whatever becomes of this one. */
export interface SessionLedger extends Ledger {
  /** Whether an earlier request may have sent a segment of this index. */
  isFixed(index: number): boolean
  /** Forgets what was planned and not sent. */
  close(): Promise<void>
}

export interface SessionLedgerOptions {
  /** Segments that are planned before they are there. */
  ahead: number
  /** Whether X is known to take segments of so many bytes: no other is planned ahead, since it may have to be cut anew. */
  isProven: (bytes: number) => boolean
}

/**
 * A segment that may be under way is written down before it is sent; most need no writing of their own, since full ones
 * are planned `ahead`, as many as are in flight, when another is acknowledged.
 */
export function createSessionLedger(lease: Lease, { ahead, isProven }: SessionLedgerOptions): SessionLedger {
  /** Indices below are those of earlier requests, which may have sent them. */
  const fixed = lease.session.nextSegment + lease.session.planned.length
  let sent = fixed
  let planning: Promise<void> = Promise.resolve()
  const acknowledged = new Map<number, number>()

  const plannedBytes = (index: number) => lease.session.planned[index - lease.session.nextSegment]

  function withNext(session: Session): Session {
    const { offset, segmentBytes, totalBytes = 0 } = session
    const planned = [...session.planned]
    let end = planned.reduce((sum, bytes) => sum + bytes, offset)
    while (planned.length < ahead && end < totalBytes) {
      const bytes = Math.min(segmentBytes, totalBytes - end)
      planned.push(bytes)
      end += bytes
    }
    return { ...session, planned }
  }

  return {
    isFixed: (index) => index < fixed,

    segmentBytes(index) {
      const bytes = plannedBytes(index)
      return index < fixed && bytes !== undefined ? bytes : lease.session.segmentBytes
    },

    async plan(index, bytes) {
      const { session } = lease
      const before = plannedBytes(index)
      if (before !== bytes) {
        if (index < fixed && before !== undefined) throw cutOtherwise(before)
        const next = { ...session, planned: [...session.planned.slice(0, index - session.nextSegment), bytes] }
        planning = lease.advance(bytes === session.segmentBytes && isProven(bytes) ? withNext(next) : next)
      }
      sent = Math.max(sent, index + 1)
      await planning
    },

    async shrink(index, segmentBytes) {
      const { session } = lease
      // A later one, of the size that is refused now, may have been taken before: nothing can be cut anew.
      if (fixed > index + 1) throw cutOtherwise(plannedBytes(index) ?? session.segmentBytes)
      sent = index
      await lease.advance({ ...session, segmentBytes, planned: session.planned.slice(0, index - session.nextSegment) })
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
      const session = { ...lease.session, offset, nextSegment, planned }
      const isFull = (planned.at(-1) ?? bytes) === session.segmentBytes
      // What is planned here is not on record before this is written: whoever sends it waits for that.
      planning = lease.advance(isFull ? withNext(session) : session)
      await planning
    },

    async close() {
      const { session } = lease
      const planned = session.planned.slice(0, Math.max(0, sent - session.nextSegment))
      if (planned.length < session.planned.length) await lease.advance({ ...session, planned })
    },
  }
}

function cutOtherwise(bytes: number): XMediaError {
  return new XMediaError(
    'piece_too_small',
    `X may have got the next ${bytes} bytes already, as one segment: send as many at once at least.`,
  )
}
