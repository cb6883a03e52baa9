/** Records which bytes each segment index of an upload carries. */
export interface Ledger {
  /** The largest size for the segment with this index. */
  segmentBytes(index: number): number
  /**
   * Resolves when the segment may be sent; from then on its index carries these bytes and no others. Rejects when other
   * bytes may have been sent under this index before.
   */
  plan(index: number, bytes: number): Promise<void>
  /** Withdraws a segment that X refused as too large. It and later ones will have at most `segmentBytes`. */
  shrink(index: number, segmentBytes: number): Promise<void>
  /** Resolves when it is recorded that X has the segment. */
  acknowledge(index: number, bytes: number): Promise<void>
}

/** A ledger that records only the segment size, for an upload that cannot be resumed. */
export function createTransientLedger(firstSegmentBytes: number): Ledger {
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
