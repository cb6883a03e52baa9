/** Keeps account of an upload's segments. */
export interface Ledger {
  /** Bytes of the segment of this index, at most. */
  segmentBytes(index: number): number
  /**
   * Resolves when a segment may be sent: from then on its index carries this range alone. Rejects when another one may have
   * been sent under this index before.
   */
  plan(index: number, bytes: number): Promise<void>
  /** Takes a segment back that X has refused for its size; those from it on have `segmentBytes` at most. */
  shrink(index: number, segmentBytes: number): Promise<void>
  /** Resolves when it is on record that X has a segment. */
  acknowledge(index: number, bytes: number): Promise<void>
}

/** The account of an upload that nobody goes on with when it fails. */
export function createPassingLedger(firstSegmentBytes: number): Ledger {
  let segmentBytes = firstSegmentBytes
  return {
    segmentBytes: () => segmentBytes,
    async plan() {},
    async shrink(_, bytes) {
      segmentBytes = bytes
    },
    async acknowledge() {},
  }
}
