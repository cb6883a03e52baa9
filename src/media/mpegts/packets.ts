import { uint16 } from '../../lib/bytes.ts'
import { AUDIO_START_BYTES, readAudioStart, readVideoStart, VIDEO_START_BYTES } from './elementary.ts'
import { gather } from './parts.ts'
import type { TransportState } from './state.ts'
import { readPrograms, readStreams, sectionBytes } from './tables.ts'
import { TIMED_BYTES, takeTime } from './times.ts'

const PACKET_BYTES = 188
const HEADER_BYTES = 4

const STARTS_UNIT = 0x4000
const PID_MASK = 0x1fff
const HAS_ADAPTATION = 0x20
const HAS_PAYLOAD = 0x10

/** Units of a stream that are searched: parameter sets come with each key frame, headers of sound with each unit. */
const MOST_SEARCHED = 1000

/** The packet id of the table that lists the programs: ISO/IEC 13818-1 table 2-3 */
const PROGRAMS_PID = 0

/** Reads a packet that begins at `at`: section 2.4.3.2 */
export function readPacket(state: TransportState, bytes: Uint8Array, at: number): void {
  const header = uint16(bytes, at + 1)
  const pid = header & PID_MASK
  const startsUnit = (header & STARTS_UNIT) !== 0
  if (!isWanted(state, pid, startsUnit)) return
  const end = at + PACKET_BYTES
  const start = payloadStart(bytes, at)
  if (start >= end) return
  if (pid === PROGRAMS_PID || pid === state.tablePid) {
    readTable(state, pid, bytes.subarray(start, end), startsUnit)
    return
  }
  if (startsUnit && pid === state.video?.pid && end - start >= TIMED_BYTES) takeTime(state.times, bytes, start)
  if (isSearched(state, pid)) searchStream(state, pid, bytes.subarray(start, end), startsUnit)
}

/** Whether all is known but how many frames there are, and when: only packets in which a unit begins tell that. */
export function canOnlyCount(state: TransportState): boolean {
  return state.areStreamsListed && !isSearched(state, state.video?.pid) && !isSearched(state, state.audio?.pid)
}

/** Whether the beginnings of the units with this packet id may still tell more of their codec. */
function isSearched({ video, audio, sequence, sound }: TransportState, pid: number | undefined): boolean {
  if (video && pid === video.pid) return !sequence && video.searched < MOST_SEARCHED
  return audio !== undefined && pid === audio.pid && !sound && audio.searched < MOST_SEARCHED
}

function isWanted(state: TransportState, pid: number, startsUnit: boolean): boolean {
  const { tablePid, areStreamsListed, video } = state
  if (pid === PROGRAMS_PID) return tablePid === undefined
  if (pid === tablePid) return !areStreamsListed
  return (startsUnit && pid === video?.pid) || isSearched(state, pid)
}

/** Where the payload begins, if it has one: behind the adaptation field, whose first byte counts its others. Section 2.4.3.4 */
function payloadStart(bytes: Uint8Array, at: number): number {
  const control = bytes[at + 3] ?? 0
  if ((control & HAS_PAYLOAD) === 0) return at + PACKET_BYTES
  return at + HEADER_BYTES + (control & HAS_ADAPTATION ? 1 + (bytes[at + HEADER_BYTES] ?? 0) : 0)
}

function readTable(state: TransportState, pid: number, payload: Uint8Array, startsUnit: boolean): void {
  // A pointer to the first section that begins in the packet: section 2.4.4.1
  const section = startsUnit ? payload.subarray(1 + (payload[0] ?? 0)) : payload
  const whole = gather(state.parts, { pid, startsUnit, bytes: section, most: sectionBytes })
  if (!whole) return
  if (pid === PROGRAMS_PID) readPrograms(state, whole)
  else readStreams(state, whole)
}

/** Takes a part of a unit whose beginning may tell more of the codec. */
function searchStream(state: TransportState, pid: number, payload: Uint8Array, startsUnit: boolean): void {
  const isVideo = pid === state.video?.pid
  const stream = isVideo ? state.video : state.audio
  if (startsUnit && stream) stream.searched += 1
  const most = isVideo ? VIDEO_START_BYTES : AUDIO_START_BYTES
  const start = gather(state.parts, { pid, startsUnit, bytes: payload, most: () => most })
  if (start) readStart(state, pid, start)
}

/** The beginning of a unit of a stream. */
export function readStart(state: TransportState, pid: number, start: Uint8Array): void {
  if (pid === state.video?.pid) state.sequence ??= readVideoStart(state.video.codec, start)
  if (pid === state.audio?.pid) state.sound ??= readAudioStart(state.audio.codec, start)
}
