import { type BitReader, createBitReader } from './bit-reader.ts'
import { hevcFacts } from './hevc.ts'
import { skipReferenceSets } from './hevc-reference-sets.ts'
import { readPixelAspect, type SequenceFacts, SUBSAMPLING, unescapeNal } from './parameter-set.ts'

// The sections are those of ITU-T H.265.

const MAX_LONG_TERM = 32

/** A sequence parameter set, with the two bytes that begin its NAL unit: section 7.3.2.2 */
export function readHevcParameterSet(nal: Uint8Array): SequenceFacts {
  const reader = createBitReader(unescapeNal(nal.subarray(2)))
  reader.skip(4)
  const maxSubLayers = reader.bits(3)
  reader.skip(1)
  const { profile, level } = readProfile(reader, maxSubLayers)
  reader.unsigned()
  const chroma = reader.unsigned()
  if (chroma === 3) reader.skip(1)
  const size = readSize(reader, chroma)
  const bitDepth = 8 + reader.unsigned()
  reader.unsigned()
  skipToUsability(reader, maxSubLayers)
  const usability = reader.flag() ? readUsability(reader) : { mayHaveFields: false }
  return { video: hevcFacts({ profile, level, chroma, bitDepth }), ...size, ...usability }
}

/** `profile_tier_level`, section 7.3.3 */
function readProfile(reader: BitReader, maxSubLayers: number): { profile: number; level: number } {
  reader.skip(3)
  const profile = reader.bits(5)
  reader.skip(32 + 48)
  const level = reader.bits(8)
  const subLayers = Array.from({ length: maxSubLayers }, () => ({ hasProfile: reader.flag(), hasLevel: reader.flag() }))
  if (maxSubLayers > 0) reader.skip(2 * (8 - maxSubLayers))
  for (const { hasProfile, hasLevel } of subLayers) reader.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0))
  return { profile, level }
}

function readSize(reader: BitReader, chroma: number): Pick<SequenceFacts, 'width' | 'height'> {
  const [width, height] = [reader.unsigned(), reader.unsigned()]
  const [across, down] = SUBSAMPLING[chroma] ?? [1, 1]
  if (!reader.flag()) return { width, height }
  const [left, right, top, bottom] = [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()]
  return { width: width - (left + right) * across, height: height - (top + bottom) * down }
}

/** What stands between the bit depths and the usability information. */
function skipToUsability(reader: BitReader, maxSubLayers: number): void {
  const orderBits = 4 + reader.unsigned()
  const firstOrdered = reader.flag() ? 0 : maxSubLayers
  for (let value = 0; value < 3 * (maxSubLayers - firstOrdered + 1) + 6; value++) reader.unsigned()
  // scaling_list_enabled_flag, sps_scaling_list_data_present_flag
  if (reader.flag() && reader.flag()) skipScalingLists(reader)
  reader.skip(2)
  const hasPcm = reader.flag()
  if (hasPcm) {
    reader.skip(8)
    reader.unsigned()
    reader.unsigned()
    reader.skip(1)
  }
  skipReferenceSets(reader)
  const hasLongTerm = reader.flag()
  const longTerm = hasLongTerm ? reader.unsigned() : 0
  if (longTerm > MAX_LONG_TERM) throw new RangeError(`There are ${longTerm} long-term reference pictures.`)
  reader.skip(longTerm * (orderBits + 1) + 2)
}

/** `scaling_list_data`, section 7.3.4 */
function skipScalingLists(reader: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId++) {
    for (let matrix = 0; matrix < 6; matrix += sizeId === 3 ? 3 : 1) {
      const isCoded = reader.flag()
      if (!isCoded) reader.unsigned()
      else skipCoefficients(reader, sizeId)
    }
  }
}

function skipCoefficients(reader: BitReader, sizeId: number): void {
  if (sizeId > 1) reader.signed()
  for (let coefficient = 0; coefficient < Math.min(64, 16 << (2 * sizeId)); coefficient++) reader.signed()
}

/** Section E.2.1 */
function readUsability(reader: BitReader): Pick<SequenceFacts, 'pixelAspect' | 'frameRate' | 'mayHaveFields'> {
  const pixelAspect = readPixelAspect(reader)
  reader.skip(1)
  const mayHaveFields = reader.flag()
  reader.skip(1)
  const hasWindow = reader.flag()
  if (hasWindow) for (let edge = 0; edge < 4; edge++) reader.unsigned()
  if (!reader.flag()) return { pixelAspect, mayHaveFields }
  const [tick, timescale] = [reader.bits(32), reader.bits(32)]
  return { pixelAspect, mayHaveFields, frameRate: tick > 0 && timescale > 0 ? timescale / tick : undefined }
}
