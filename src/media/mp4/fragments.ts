import { uint16, uint24, uint32 } from '../../lib/bytes.ts'
import { takeKeyFrame } from './samples.ts'
import type { Fragment, Mp4State, NewTable, Table, Track } from './state.ts'

// The sections are those of ISO/IEC 14496-12.

/** `tfhd`, section 8.8.7.1: which optional fields there are. */
const HAS_OFFSET = 0x01
const HAS_DESCRIPTION = 0x02
const HAS_TICKS = 0x08
const HAS_SIZE = 0x10
const HAS_FLAGS = 0x20

/** `trun`, section 8.8.8.1 */
const HAS_DATA_OFFSET = 0x01
const HAS_FIRST_FLAGS = 0x04
/** Ticks, size, flags and composition offset of each sample: four bytes each, in this order. */
const SAMPLE_TICKS = 0x100
const SAMPLE_FLAGS = 0x400
const SAMPLE_FIELDS = [SAMPLE_TICKS, 0x200, SAMPLE_FLAGS, 0x800]

/** `sample_is_non_sync_sample`: section 8.8.3.1 */
const IS_NO_KEY_FRAME = 0x10000

/** `tfhd`, section 8.8.7: the track of a fragment, and what counts for its samples. */
export function readFragmentHeader(state: Mp4State, body: Uint8Array): undefined {
  const flags = uint24(body, 1)
  const index = state.tracks.findIndex(({ id }) => id === uint32(body, 4))
  const track = state.tracks[index]
  if (!track?.fragments) return
  let at = 8 + (flags & HAS_OFFSET ? 8 : 0) + (flags & HAS_DESCRIPTION ? 4 : 0)
  state.fragment = { track: index, ticks: track.fragments.defaultTicks, flags: track.fragments.defaultFlags }
  if (flags & HAS_TICKS) {
    state.fragment.ticks = uint32(body, at)
    at += 4
  }
  if (flags & HAS_SIZE) at += 4
  if (flags & HAS_FLAGS) state.fragment.flags = uint32(body, at)
}

/** `trun`, section 8.8.8: samples of a fragment that follow each other. */
export function readTrackRun({ fragment, tracks }: Mp4State, body: Uint8Array): NewTable | undefined {
  const track = fragment && tracks[fragment.track]
  if (!track) return undefined
  const flags = uint24(body, 1)
  const count = uint32(body, 4)
  const firstFlagsAt = 8 + (flags & HAS_DATA_OFFSET ? 4 : 0)
  const start = firstFlagsAt + (flags & HAS_FIRST_FLAGS ? 4 : 0)
  if (start > body.length) throw new Error('The box trun is too short.')
  fragment.nextFlags = flags & HAS_FIRST_FLAGS ? uint32(body, firstFlagsAt) : undefined
  const fields = SAMPLE_FIELDS.filter((field) => flags & field)
  const offsetOf = (field: number) => (flags & field ? 4 * fields.indexOf(field) : undefined)
  const [ticksAt, flagsAt] = [offsetOf(SAMPLE_TICKS), offsetOf(SAMPLE_FLAGS)]
  if (ticksAt === undefined && flagsAt === undefined) {
    takeEqualSamples(fragment, track, count)
    return undefined
  }
  return { type: 'trun', start, count, entryBytes: 4 * fields.length, ticksAt, flagsAt }
}

/** A sample of a `trun`. */
export function readSample(state: Mp4State, { ticksAt, flagsAt }: Table, bytes: Uint8Array, at: number): void {
  const { fragment } = state
  const track = fragment && state.tracks[fragment.track]
  if (!track) return
  const ticks = ticksAt === undefined ? fragment.ticks : uint32(bytes, at + ticksAt)
  const flags = fragment.nextFlags ?? (flagsAt === undefined ? fragment.flags : uint32(bytes, at + flagsAt))
  fragment.nextFlags = undefined
  takeSamples(track, 1, ticks, flags)
}

/** Samples that differ in nothing but that the first may be the only key frame. */
function takeEqualSamples(fragment: Fragment, track: Track, count: number): void {
  const first = fragment.nextFlags === undefined ? 0 : Math.min(1, count)
  takeSamples(track, first, fragment.ticks, fragment.nextFlags ?? 0)
  takeSamples(track, count - first, fragment.ticks, fragment.flags)
  fragment.nextFlags = undefined
}

function takeSamples(track: Track, count: number, ticks: number, flags: number): void {
  if (count === 0 || !track.fragments) return
  const before = track.samples + track.fragments.samples
  track.fragments.samples += count
  track.fragments.ticks += count * ticks
  if (flags & IS_NO_KEY_FRAME) {
    // All before are key frames.
    track.keyFrames ??= { last: Math.max(1, before), longestGap: Math.min(1, before) }
  } else if (track.keyFrames) {
    takeKeyFrame(track.keyFrames, before + 1)
    track.keyFrames.last = before + count
  }
}

/**
 * `sidx`, section 8.16.3: the times of what follows. One that names a single part may be one of many, and tells nothing of
 * the whole.
 */
export function readSegmentIndex({ movie }: Mp4State, body: Uint8Array): NewTable | undefined {
  const countAt = body[0] === 1 ? 30 : 22
  const count = uint16(body, countAt)
  const timescale = uint32(body, 8)
  if (movie.announcedSecs !== undefined || count < 2 || timescale === 0) return undefined
  movie.index = { timescale, ticks: 0 }
  return { type: 'sidx', start: countAt + 2, count, entryBytes: 12 }
}

/** A part that a `sidx` names. Section 8.16.3.3: it may be another index, which we do not follow. */
export function readReference({ movie }: Mp4State, bytes: Uint8Array, at: number): void {
  const isIndex = uint32(bytes, at) >= 0x8000_0000
  if (isIndex) movie.index = undefined
  if (!movie.index) return
  movie.index.ticks += uint32(bytes, at + 4)
}
