import type { BitReader } from './bit-reader.ts'

/** ITU-T H.265 section 7.4.3.2.1 */
const MAX_SETS = 64
/** Section 7.4.8: no more than the decoder's buffer holds. */
const MAX_PICTURES = 16

/** Passes over the short-term reference picture sets: section 7.3.7. The length of one may depend on the one before. */
export function skipReferenceSets(reader: BitReader): void {
  const sets = reader.unsigned()
  if (sets > MAX_SETS) throw new RangeError(`There are ${sets} reference picture sets.`)
  let pictures = 0
  for (let set = 0; set < sets; set++) {
    const isPredicted = set > 0 && reader.flag()
    pictures = isPredicted ? skipPredictedSet(reader, pictures) : skipPlainSet(reader)
  }
}

/** Returns how many pictures the set has. */
function skipPlainSet(reader: BitReader): number {
  const [before, after] = [reader.unsigned(), reader.unsigned()]
  if (before + after > MAX_PICTURES) throw new RangeError(`A reference picture set has ${before + after} pictures.`)
  for (let picture = 0; picture < before + after; picture++) {
    reader.unsigned()
    reader.skip(1)
  }
  return before + after
}

function skipPredictedSet(reader: BitReader, picturesBefore: number): number {
  reader.skip(1)
  reader.unsigned()
  let pictures = 0
  for (let picture = 0; picture <= picturesBefore; picture++) {
    const isUsed = reader.flag()
    // use_delta_flag is 1 if it is not there.
    if (isUsed || reader.flag()) pictures += 1
  }
  return Math.min(pictures, MAX_PICTURES)
}
