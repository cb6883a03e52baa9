import { readBoxes } from '../../ingress/signatures/iso-boxes.ts'

/** The boxes at the end of a sample entry: their contents by type. */
export function boxesIn(entry: Uint8Array, start: number): ReadonlyMap<string, Uint8Array> {
  const boxes = readBoxes(entry, { start, end: entry.length })
  return new Map(boxes.map((box) => [box.type, entry.subarray(box.start, Math.min(box.end, entry.length))]))
}
