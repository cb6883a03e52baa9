import { latin1, uint16, uint32 } from '../../lib/bytes.ts'
import type { VideoFacts } from '../../media-facts.ts'
import { readAv1Config } from '../codecs/av1.ts'
import { readAvcConfig } from '../codecs/h264.ts'
import { readHevcConfig } from '../codecs/hevc.ts'
import { readVpConfig } from '../codecs/vpx.ts'
import { readAudioEntry } from './audio-entry.ts'
import { boxesIn } from './entry-boxes.ts'
import { currentTrack } from './movie.ts'
import type { Mp4State, Track } from './state.ts'

/** Behind the version and the number of entries; the entries begin with their size and type. */
const FIRST_ENTRY = 8

/** Bytes of an entry before its boxes: ISO/IEC 14496-12 section 12.1.3.2 */
const VISUAL_BYTES = 86

/** `stsd`, ISO/IEC 14496-12 section 8.5.2: how the samples are coded. The first entry counts. */
export function readSampleDescription(state: Mp4State, body: Uint8Array): undefined {
  const track = currentTrack(state)
  if (uint32(body, 4) === 0) return
  const end = Math.min(body.length, FIRST_ENTRY + uint32(body, FIRST_ENTRY))
  const entry = body.subarray(FIRST_ENTRY, end)
  if (track.kind === 'video') readVisualEntry(track, entry)
  if (track.kind === 'audio') track.audio = readAudioEntry(entry, uint32(body, 0) >>> 24)
}

function readVisualEntry(track: Track, entry: Uint8Array): void {
  if (entry.length < VISUAL_BYTES) throw new Error('The sample entry of a video is too short.')
  const boxes = boxesIn(entry, VISUAL_BYTES)
  track.width = uint16(entry, 32)
  track.height = uint16(entry, 34)
  const pixelAspect = boxes.get('pasp')
  if (pixelAspect) track.pixelAspect = uint32(pixelAspect, 0) / uint32(pixelAspect, 4) || undefined
  const codec = latin1(entry, 4, 8)
  const avc = boxes.get('avcC')
  const sequence = avc && readAvcConfig(avc)
  if (sequence && !track.pixelAspect) track.codedAspect = sequence.pixelAspect
  if (track.shownAspect === track.width / track.height) track.shownAspect = undefined
  track.video = { codec, ...(sequence?.video ?? readVideoConfig(boxes)) }
}

function readVideoConfig(boxes: ReadonlyMap<string, Uint8Array>): Partial<VideoFacts> {
  const [hevc, vp, av1] = ['hvcC', 'vpcC', 'av1C'].map((type) => boxes.get(type))
  if (hevc) return readHevcConfig(hevc)
  if (vp) return readVpConfig(vp)
  return av1 ? readAv1Config(av1) : {}
}
