import type { VideoFacts } from '../../media-facts.ts'
import { positive } from '../numbers.ts'
import { type BitReader, createBitReader } from './bit-reader.ts'

type ChromaFacts = Pick<VideoFacts, 'chroma'>

/** `VPCodecConfigurationRecord`, the `vpcC` of MP4: https://www.webmproject.org/vp9/mp4/ */
export function readVpConfig(config: Uint8Array): Omit<VideoFacts, 'codec'> {
  const [profile = 0, level = 0, samples = 0] = config.subarray(4)
  // Two values of 4:2:0 differ in where the chroma samples lie.
  const chroma = (['4:2:0', '4:2:0', '4:2:2', '4:4:4'] as const)[(samples >> 1) & 7]
  return {
    profile: `Profile ${profile}`,
    ...(level > 0 ? { level: String(level / 10) } : {}),
    ...(chroma ? { chroma } : {}),
    ...positive({ bitDepth: samples >> 4 }),
  }
}

/** Bytes of a frame that `readVp9Frame` reads. */
export const VP9_HEADER_BYTES = 8

const SYNC_CODE = 0x498342
const RGB = 7

/** The uncompressed header of a key frame; undefined for other frames. VP9 bitstream specification, section 6.2 */
export function readVp9Frame(frame: Uint8Array): Omit<VideoFacts, 'codec'> | undefined {
  const reader = createBitReader(frame)
  if (reader.bits(2) !== 2) return undefined
  const profile = reader.bits(1) + 2 * reader.bits(1)
  if (profile === 3) reader.skip(1)
  // show_existing_frame, and frame_type, which is 0 for a key frame
  if (reader.bits(2) !== 0) return undefined
  reader.skip(2)
  if (reader.bits(24) !== SYNC_CODE) return undefined
  const bitDepth = profile < 2 ? 8 : reader.flag() ? 12 : 10
  return { profile: `Profile ${profile}`, ...readChroma(reader, profile), bitDepth }
}

/** `color_config`: section 6.2.2 */
function readChroma(reader: BitReader, profile: number): ChromaFacts {
  const isRgb = reader.bits(3) === RGB
  if (isRgb) return { chroma: '4:4:4' }
  reader.skip(1)
  if (profile % 2 === 0) return { chroma: '4:2:0' }
  const [across, down] = [reader.flag(), reader.flag()]
  if (down) return across ? { chroma: '4:2:0' } : {}
  return { chroma: across ? '4:2:2' : '4:4:4' }
}
