import type { AudioFacts } from '../../media-facts.ts'
import { readH264ParameterSet } from '../codecs/h264.ts'
import { readHevcParameterSet } from '../codecs/hevc-parameter-set.ts'
import { AUDIO_HEADER_BYTES, readAdtsHeader, readMpegAudioHeader } from '../codecs/mpeg-audio.ts'
import type { SequenceFacts } from '../codecs/parameter-set.ts'

/** Bytes of a unit of video within which its parameter sets are, if it has any. */
export const VIDEO_START_BYTES = 1024

/** Bytes before the optional fields, and the most that those may have: ISO/IEC 13818-1 section 2.4.3.6 */
const HEADER_BYTES = 9
const MAX_OPTIONAL_BYTES = 255

export const AUDIO_START_BYTES: number = HEADER_BYTES + MAX_OPTIONAL_BYTES + AUDIO_HEADER_BYTES

/** The types of NAL units that are sequence parameter sets: ITU-T H.264 table 7-1, H.265 table 7-1 */
const H264_SEQUENCE = 7
const HEVC_SEQUENCE = 33

/** What the first sequence parameter set says, if one is in it and all of it. */
export function readVideoStart(codec: string, unit: Uint8Array): SequenceFacts | undefined {
  const stream = contentOf(unit)
  if (codec === 'avc1') {
    const nal = findNal(stream, (first) => (first & 0x1f) === H264_SEQUENCE)
    return nal && readH264ParameterSet(nal)
  }
  if (codec !== 'hvc1') return undefined
  const nal = findNal(stream, (first) => ((first >> 1) & 0x3f) === HEVC_SEQUENCE)
  return nal && readHevcParameterSet(nal)
}

/** What the header of the first frame of sound says. Units begin with one. */
export function readAudioStart(codec: string, unit: Uint8Array): AudioFacts | undefined {
  const frame = contentOf(unit)
  if (frame.length < AUDIO_HEADER_BYTES) return undefined
  if (codec === 'aac') return readAdtsHeader(frame)
  return codec === 'mpeg-audio' ? readMpegAudioHeader(frame) : undefined
}

function contentOf(unit: Uint8Array): Uint8Array {
  return unit.subarray(HEADER_BYTES + (unit[HEADER_BYTES - 1] ?? 0))
}

/** A NAL unit, from its first byte to the start code of the next: ITU-T H.264 annex B */
function findNal(stream: Uint8Array, isWanted: (first: number) => boolean): Uint8Array | undefined {
  for (let start = nextNal(stream, 0); start !== undefined; start = nextNal(stream, start)) {
    if (!isWanted(stream[start] ?? 0)) continue
    const next = nextNal(stream, start)
    return next === undefined ? undefined : stream.subarray(start, next - START_CODE_BYTES)
  }
  return undefined
}

const START_CODE_BYTES = 3

function nextNal(stream: Uint8Array, from: number): number | undefined {
  for (let at = from; at + START_CODE_BYTES < stream.length; at++) {
    if (stream[at] === 0 && stream[at + 1] === 0 && stream[at + 2] === 1) return at + START_CODE_BYTES
  }
  return undefined
}
