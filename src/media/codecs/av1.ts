import type { VideoFacts } from '../../media-facts.ts'

/** AV1 bitstream specification, section A.2 */
const PROFILES = ['Main', 'High', 'Professional'] as const

/** Section A.3: the number for "no level". */
const NO_LEVEL = 31

/** `AV1CodecConfigurationRecord`, the `av1C` of MP4 and Matroska: https://aomediacodec.github.io/av1-isobmff/#av1codecconfigurationbox-section */
export function readAv1Config(config: Uint8Array): Omit<VideoFacts, 'codec'> {
  const [, indices = 0, flags = 0] = config
  const profile = PROFILES[indices >> 5]
  const level = indices & 0x1f
  const isDeep = (flags & 0x40) !== 0
  return {
    ...(profile ? { profile } : {}),
    ...(level < NO_LEVEL ? { level: `${2 + (level >> 2)}.${level & 3}` } : {}),
    chroma: readChroma(flags),
    bitDepth: isDeep ? (flags & 0x20 ? 12 : 10) : 8,
  }
}

function readChroma(flags: number): NonNullable<VideoFacts['chroma']> {
  const [isMonochrome, halvesAcross, halvesDown] = [flags & 0x10, flags & 0x08, flags & 0x04]
  if (isMonochrome) return '4:0:0'
  if (halvesDown) return '4:2:0'
  return halvesAcross ? '4:2:2' : '4:4:4'
}
