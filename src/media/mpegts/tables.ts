import { latin1, uint16 } from '../../lib/bytes.ts'
import type { TransportState } from './state.ts'

// The sections are those of ISO/IEC 13818-1.

const HEADER_BYTES = 3
/** Behind the checksum's four bytes nothing follows. */
const CHECKSUM_BYTES = 4
const MAX_SECTION_BYTES = 1024

/** By `stream_type`: table 2-34, and those that ATSC and Blu-ray add. */
const VIDEO_TYPES: ReadonlyMap<number, string> = new Map([
  [0x01, 'mpeg1'],
  [0x02, 'mpeg2'],
  [0x10, 'mp4v'],
  [0x1b, 'avc1'],
  [0x24, 'hvc1'],
  [0xea, 'vc-1'],
])
const AUDIO_TYPES: ReadonlyMap<number, string> = new Map([
  [0x03, 'mpeg-audio'],
  [0x04, 'mpeg-audio'],
  [0x0f, 'aac'],
  [0x11, 'aac'],
  [0x81, 'ac-3'],
])

/** Sections, timed metadata such as ID3, and cues for advertisements. Any other type may be a video's. */
const DATA_TYPES: ReadonlySet<number> = new Set([0x05, 0x15, 0x86])

/** A type for anything, which a registration in a descriptor may name: section 2.6.8 */
const PRIVATE_TYPE = 0x06
const REGISTRATION_TAG = 0x05
const REGISTERED_AUDIO: ReadonlyMap<string, string> = new Map([
  ['Opus', 'opus'],
  ['AC-3', 'ac-3'],
  ['EAC3', 'ec-3'],
])

/** How many bytes a section has, by its first three. */
export function sectionBytes(bytes: readonly number[]): number {
  const [, high, low] = bytes
  if (high === undefined || low === undefined) return HEADER_BYTES
  return Math.min(MAX_SECTION_BYTES, HEADER_BYTES + (((high & 0x0f) << 8) | low))
}

/** `program_association_section`, section 2.4.4.3: where the table of the first program is. Number 0 is the network's. */
export function readPrograms(state: TransportState, section: Uint8Array): void {
  for (let at = 8; at + 4 <= section.length - CHECKSUM_BYTES; at += 4) {
    if (uint16(section, at) === 0) continue
    if (state.tablePid !== undefined) state.mayHideVideo = true
    state.tablePid ??= uint16(section, at + 2) & 0x1fff
  }
}

/** `TS_program_map_section`, section 2.4.4.8: the first video and the first sound count. */
export function readStreams(state: TransportState, section: Uint8Array): void {
  state.areStreamsListed = true
  for (let at = 12 + (uint16(section, 10) & 0x0fff); at + 5 <= section.length - CHECKSUM_BYTES; ) {
    const [type = 0] = section.subarray(at)
    const pid = uint16(section, at + 1) & 0x1fff
    const behind = at + 5 + (uint16(section, at + 3) & 0x0fff)
    const video = VIDEO_TYPES.get(type)
    const audio =
      AUDIO_TYPES.get(type) ?? (type === PRIVATE_TYPE ? registered(section.subarray(at + 5, behind)) : undefined)
    if (video) state.video ??= { pid, codec: video, searched: 0 }
    if (audio) state.audio ??= { pid, codec: audio, searched: 0 }
    if (!video && !audio && !DATA_TYPES.has(type)) state.mayHideVideo = true
    at = behind
  }
}

function registered(descriptors: Uint8Array): string | undefined {
  for (let at = 0; at + 6 <= descriptors.length; at += 2 + (descriptors[at + 1] ?? 0)) {
    if (descriptors[at] === REGISTRATION_TAG) return REGISTERED_AUDIO.get(latin1(descriptors, at + 2, at + 6))
  }
  return undefined
}
