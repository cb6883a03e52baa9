import type { VideoFacts } from '../../media-facts.ts'
import { CHROMAS } from './parameter-set.ts'

/** ITU-T H.265 section A.3, by `general_profile_idc`. */
const PROFILES: readonly (string | undefined)[] = [
  undefined,
  'Main',
  'Main 10',
  'Main Still Picture',
  'Format Range Extensions',
]

/** `HEVCDecoderConfigurationRecord`, the `hvcC` of MP4 and Matroska: ISO/IEC 14496-15 section 8.3.3.1 */
export function readHevcConfig(config: Uint8Array): Omit<VideoFacts, 'codec'> {
  const [profile = 0, level = 0, chroma = 0, depth = 0] = [1, 12, 16, 17].map((offset) => config[offset])
  return hevcFacts({ profile: profile & 0x1f, level, chroma: chroma & 3, bitDepth: 8 + (depth & 7) })
}

/** Names what HEVC numbers. */
export function hevcFacts(numbers: {
  profile: number
  level: number
  chroma: number
  bitDepth: number
}): Omit<VideoFacts, 'codec'> {
  const profile = PROFILES[numbers.profile]
  const chroma = CHROMAS[numbers.chroma]
  return {
    ...(profile ? { profile } : {}),
    // Section A.4: thirty times the level.
    level: String(numbers.level / 30),
    ...(chroma ? { chroma } : {}),
    bitDepth: numbers.bitDepth,
  }
}
