import type { AudioFacts, VideoFacts } from '../../media-facts.ts'
import { readAacConfig } from '../codecs/aac.ts'
import { readAv1Config } from '../codecs/av1.ts'
import { readAvcConfig } from '../codecs/h264.ts'
import { readHevcConfig } from '../codecs/hevc.ts'
import { positive } from '../numbers.ts'
import type { MatroskaTrack } from './state.ts'

/** Our names for Matroska's: https://www.matroska.org/technical/codec_specs.html */
const VIDEO_CODECS: ReadonlyMap<string, string> = new Map([
  ['V_VP8', 'vp08'],
  ['V_VP9', 'vp09'],
  ['V_AV1', 'av01'],
  ['V_MPEG4/ISO/AVC', 'avc1'],
  ['V_MPEGH/ISO/HEVC', 'hvc1'],
])

const AUDIO_CODECS: ReadonlyMap<string, string> = new Map([
  ['A_OPUS', 'opus'],
  ['A_VORBIS', 'vorbis'],
  ['A_MPEG/L3', 'mp3'],
  ['A_AAC', 'aac'],
  ['A_AAC/MPEG4/LC/SBR', 'he-aac'],
])

/** VP8 has nothing else: RFC 6386 section 2 */
const VP8: Omit<VideoFacts, 'codec'> = { chroma: '4:2:0', bitDepth: 8 }

/** Opus is decoded at this rate, whatever the rate before it was encoded: RFC 7845 section 5.1 */
const OPUS_RATE = 48_000

/** Reads `CodecPrivate`, which has the same bytes as the configuration in MP4. */
export function readCodecConfig(track: MatroskaTrack, config: Uint8Array): void {
  if (track.codecId === 'V_MPEG4/ISO/AVC') track.video = readAvcConfig(config)?.video
  if (track.codecId === 'V_MPEGH/ISO/HEVC') track.video = readHevcConfig(config)
  if (track.codecId === 'V_AV1') track.video = readAv1Config(config)
  if (track.codecId === 'A_AAC') track.audio = readAacConfig(config)
}

export function videoFacts({ codecId, video }: MatroskaTrack): VideoFacts {
  return { codec: VIDEO_CODECS.get(codecId) ?? codecId, ...(codecId === 'V_VP8' ? VP8 : video) }
}

export function audioFacts({ codecId, audio, channels, sampleRate }: MatroskaTrack): AudioFacts {
  return {
    codec: AUDIO_CODECS.get(codecId) ?? codecId,
    ...positive({ channels, sampleRate: codecId === 'A_OPUS' ? OPUS_RATE : sampleRate }),
    ...audio,
  }
}
