import { latin1, uint32 } from '../../lib/bytes.ts'
import { currentTrack } from './movie.ts'
import type { KeyFrames, Mp4State, NewTable, Track } from './state.ts'

// The sections are those of ISO/IEC 14496-12.

/** `stts`, section 8.6.1.2: how many samples have how many ticks. One entry is enough if all have the same. */
export function readSampleTimes(state: Mp4State, body: Uint8Array, size: number): undefined {
  const count = uint32(body, 4)
  checkRoom(size, 8 + count * 8)
  const track = currentTrack(state)
  if (count === 1 && track.kind === 'video') track.sampleTicks = uint32(body, 12) || undefined
}

/** `stsz`, section 8.7.3.2: one size for all samples, or the size of each. */
export function readSampleSizes(state: Mp4State, body: Uint8Array, size: number): undefined {
  const count = uint32(body, 8)
  if (uint32(body, 4) === 0) checkRoom(size, 12 + count * 4)
  currentTrack(state).samples = count
}

/** `stz2`, section 8.7.3.3: sizes of 4, 8 or 16 bits. */
export function readCompactSizes(state: Mp4State, body: Uint8Array, size: number): undefined {
  const count = uint32(body, 8)
  checkRoom(size, 12 + Math.ceil((count * (body[7] ?? 0)) / 8))
  currentTrack(state).samples = count
}

/** `stss`, section 8.6.2: the numbers of the key frames. Without it, all are. */
export function readKeyFrames(state: Mp4State, body: Uint8Array): NewTable | undefined {
  const track = currentTrack(state)
  if (track.kind !== 'video') return undefined
  track.keyFrames ??= { last: 1, longestGap: 0 }
  return { type: 'stss', start: 8, count: uint32(body, 4), entryBytes: 4 }
}

/** `stps`: QuickTime lists the key frames of open groups of pictures apart. https://developer.apple.com/documentation/quicktime-file-format/partial_sync_sample_atom */
export function readPartialKeyFrames(state: Mp4State): undefined {
  markIncomplete(currentTrack(state))
}

/** Groups of samples at which decoding can begin without a key frame that `stss` lists: section 10 */
const START_GROUPS: ReadonlySet<string> = new Set(['rap ', 'roll', 'sync'])

/** `sbgp`, section 8.9.2: where other muxers list the key frames of open groups of pictures. */
export function readSampleGroups(state: Mp4State, body: Uint8Array): undefined {
  const track = state.fragment ? state.tracks[state.fragment.track] : state.tracks.at(-1)
  if (track?.kind === 'video' && START_GROUPS.has(latin1(body, 4, 8))) markIncomplete(track)
}

function markIncomplete(track: Track): void {
  track.keyFrames = { last: 1, longestGap: 0, ...track.keyFrames, areIncomplete: true }
}

/** Takes the next key frame of a track, by its number. */
export function takeKeyFrame(keyFrames: KeyFrames | undefined, number: number): void {
  if (!keyFrames) return
  if (number < keyFrames.last) throw new Error('The key frames are not in order.')
  keyFrames.longestGap = Math.max(keyFrames.longestGap, number - keyFrames.last)
  keyFrames.last = number
}

function checkRoom(size: number, needed: number): void {
  if (needed > size) throw new Error(`A table of ${needed} bytes does not fit into ${size}.`)
}
