import type { VideoFacts } from '../../media-facts.ts'
import type { BitReader } from './bit-reader.ts'

/** What a sequence parameter set of H.264 or HEVC tells. */
export interface SequenceFacts {
  /** Without `codec`: it depends on the container. */
  video: Omit<VideoFacts, 'codec'>
  /** Pixels that are coded and shown, before the pixel aspect is applied. */
  width: number
  height: number
  /** Width of a pixel ÷ its height; undefined if the stream leaves it open. */
  pixelAspect?: number | undefined
  /** Frames per second, as the stream promises. */
  frameRate?: number | undefined
  /** Whether a picture may be one field of a frame. */
  mayHaveFields: boolean
}

/** `chroma_format_idc`: ITU-T H.264 table 6-1 and H.265 table 6-1. */
export const CHROMAS: readonly NonNullable<VideoFacts['chroma']>[] = ['4:0:0', '4:2:0', '4:2:2', '4:4:4']

/** Luma samples per chroma sample, across and down, by `chroma_format_idc`. */
export const SUBSAMPLING: readonly (readonly [across: number, down: number])[] = [
  [1, 1],
  [2, 2],
  [2, 1],
  [1, 1],
]

/** `aspect_ratio_idc`: ITU-T H.264 table E-1, the same in H.265. 0 is unspecified. */
const PIXEL_ASPECTS: readonly (readonly [width: number, height: number])[] = [
  ...([
    [0, 0],
    [1, 1],
    [12, 11],
    [10, 11],
    [16, 11],
    [40, 33],
    [24, 11],
    [20, 11],
    [32, 11],
  ] as const),
  ...([
    [80, 33],
    [18, 11],
    [15, 11],
    [64, 33],
    [160, 99],
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const),
]

const EXTENDED_ASPECT = 255

/** The beginning of the video usability information, which H.264 and H.265 share: up to the chroma locations. */
export function readPixelAspect(reader: BitReader): number | undefined {
  const aspect = reader.flag() ? readAspect(reader) : undefined
  // overscan_info
  if (reader.flag()) reader.skip(1)
  // video_signal_type, and in it colour_description
  if (reader.flag()) {
    reader.skip(4)
    if (reader.flag()) reader.skip(24)
  }
  // chroma_loc_info
  if (reader.flag()) {
    reader.unsigned()
    reader.unsigned()
  }
  return aspect
}

function readAspect(reader: BitReader): number | undefined {
  const index = reader.bits(8)
  const [width, height] =
    index === EXTENDED_ASPECT ? [reader.bits(16), reader.bits(16)] : (PIXEL_ASPECTS[index] ?? [0, 0])
  return width > 0 && height > 0 ? width / height : undefined
}

/** A NAL unit without the bytes that keep start codes out of it: ITU-T H.264 section 7.4.1 */
export function unescapeNal(nal: Uint8Array): Uint8Array {
  return nal.filter((byte, at) => !(byte === 3 && nal[at - 1] === 0 && nal[at - 2] === 0))
}
