import { type BitReader, createBitReader } from './bit-reader.ts'
import { CHROMAS, readPixelAspect, type SequenceFacts, SUBSAMPLING, unescapeNal } from './parameter-set.ts'

/** ITU-T H.264 section A.2, by `profile_idc`. */
const PROFILES: ReadonlyMap<number, string> = new Map([
  [44, 'CAVLC 4:4:4 Intra'],
  [66, 'Baseline'],
  [77, 'Main'],
  [88, 'Extended'],
  [100, 'High'],
  [110, 'High 10'],
  [122, 'High 4:2:2'],
  [244, 'High 4:4:4 Predictive'],
])

/** Profiles whose parameter sets tell chroma and bit depth: section 7.3.2.1.1. All others have 4:2:0 and 8 bits. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

/** Profiles with a variant without prediction, which `constraint_set3_flag` tells. */
const INTRA_PROFILES: ReadonlySet<number> = new Set([110, 122])

const BASELINE = 66
const CONSTRAINT_1 = 0x40
const CONSTRAINT_3 = 0x10
const EXTENDED_PROFILES: ReadonlySet<number> = new Set([66, 77, 88])

/** The most frames that a cycle of picture order counts can name: section 7.4.2.1.1 */
const MAX_CYCLE = 255

/** A sequence parameter set, with the byte that begins its NAL unit: section 7.3.2.1.1 */
export function readH264ParameterSet(nal: Uint8Array): SequenceFacts {
  const reader = createBitReader(unescapeNal(nal.subarray(1)))
  const profile = reader.bits(8)
  const constraints = reader.bits(8)
  const level = reader.bits(8)
  reader.unsigned()
  const samples = HIGH_PROFILES.has(profile) ? readSamples(reader) : { chroma: 1, bitDepth: 8 }
  const size = readSize(reader, samples.chroma)
  const usability = reader.flag() ? readUsability(reader) : {}
  const name = profileName(profile, constraints)
  return {
    video: {
      ...(name ? { profile: name } : {}),
      level: levelName(profile, constraints, level),
      ...chromaOf(samples.chroma),
      bitDepth: samples.bitDepth,
    },
    ...size,
    ...usability,
  }
}

function profileName(profile: number, constraints: number): string | undefined {
  const name = PROFILES.get(profile)
  if (profile === BASELINE && constraints & CONSTRAINT_1) return `Constrained ${name}`
  return INTRA_PROFILES.has(profile) && constraints & CONSTRAINT_3 ? `${name} Intra` : name
}

/** Section A.3.1: level 1b, which lies between 1 and 1.1, has the number of 1.1 in the older profiles. */
function levelName(profile: number, constraints: number, level: number): string {
  const is1b = level === 9 || (level === 11 && constraints & CONSTRAINT_3 && EXTENDED_PROFILES.has(profile))
  return is1b ? '1b' : (level / 10).toFixed(level % 10 === 0 ? 0 : 1)
}

function chromaOf(format: number): { chroma?: (typeof CHROMAS)[number] } {
  const chroma = CHROMAS[format]
  return chroma ? { chroma } : {}
}

function readSamples(reader: BitReader): { chroma: number; bitDepth: number } {
  const chroma = reader.unsigned()
  if (chroma === 3) reader.skip(1)
  const bitDepth = 8 + reader.unsigned()
  reader.unsigned()
  reader.skip(1)
  const hasScalingLists = reader.flag()
  if (hasScalingLists) {
    for (let list = 0; list < (chroma === 3 ? 12 : 8); list++)
      if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64)
  }
  return { chroma, bitDepth }
}

/** Section 7.3.2.1.1.1 */
function skipScalingList(reader: BitReader, size: number): void {
  let scale = 8
  for (let at = 0; at < size; at++) {
    scale = (scale + reader.signed() + 256) % 256
    if (scale === 0) return
  }
}

function readSize(reader: BitReader, chroma: number): Pick<SequenceFacts, 'width' | 'height' | 'mayHaveFields'> {
  reader.unsigned()
  skipPictureOrder(reader)
  reader.unsigned()
  reader.skip(1)
  const widthInBlocks = reader.unsigned() + 1
  const heightInUnits = reader.unsigned() + 1
  const isProgressive = reader.flag()
  if (!isProgressive) reader.skip(1)
  reader.skip(1)
  const fields = isProgressive ? 1 : 2
  const [across, down] = SUBSAMPLING[chroma] ?? [1, 1]
  const [left, right, top, bottom] = reader.flag()
    ? [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()]
    : [0, 0, 0, 0]
  return {
    width: widthInBlocks * 16 - (left + right) * across,
    height: (heightInUnits * 16 - (top + bottom) * down) * fields,
    mayHaveFields: !isProgressive,
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsigned()
  if (type === 0) reader.unsigned()
  if (type !== 1) return
  reader.skip(1)
  reader.signed()
  reader.signed()
  const cycle = reader.unsigned()
  if (cycle > MAX_CYCLE) throw new RangeError(`A cycle of picture order counts has ${cycle} frames.`)
  for (let frame = 0; frame < cycle; frame++) reader.signed()
}

/** Section E.1.1: a frame takes two ticks. */
function readUsability(reader: BitReader): Pick<SequenceFacts, 'pixelAspect' | 'frameRate'> {
  const pixelAspect = readPixelAspect(reader)
  if (!reader.flag()) return { pixelAspect }
  const tick = reader.bits(32)
  const timescale = reader.bits(32)
  return { pixelAspect, frameRate: tick > 0 && timescale > 0 ? timescale / tick / 2 : undefined }
}

/** `AVCDecoderConfigurationRecord`, the `avcC` of MP4 and Matroska: ISO/IEC 14496-15 section 5.3.3.1 */
export function readAvcConfig(config: Uint8Array): SequenceFacts | undefined {
  const count = (config[5] ?? 0) & 0x1f
  const bytes = ((config[6] ?? 0) << 8) | (config[7] ?? 0)
  return count > 0 ? readH264ParameterSet(config.subarray(8, 8 + bytes)) : undefined
}
