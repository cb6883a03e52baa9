import { latin1, uint32, uint64 } from '../../lib/bytes.ts'
import type { Mp4State, Track } from './state.ts'

// The sections are those of ISO/IEC 14496-12. A "full box" begins with a version of one byte and flags of three.

const TRACK_IS_ENABLED = 1

/** The track whose boxes are read now. */
export function currentTrack({ tracks }: Mp4State): Track {
  const track = tracks.at(-1)
  if (!track) throw new Error('There is no track.')
  return track
}

/** `ftyp`, section 4.3: the major brand comes first. */
export function readFileType(state: Mp4State, body: Uint8Array): undefined {
  state.container = latin1(body, 0, 4) === 'qt  ' ? 'quicktime' : 'mp4'
}

/** `mvhd`, section 8.2.2 */
export function readMovieHeader({ movie }: Mp4State, body: Uint8Array): undefined {
  const { timescale, ticks, behind } = readTimes(body)
  movie.timescale = timescale
  movie.ticks = ticks
  if (isTurned(body, behind + 16)) movie.isTurned = true
}

/** `tkhd`, section 8.3.2 */
export function readTrackHeader(state: Mp4State, body: Uint8Array): undefined {
  const track = currentTrack(state)
  const isLong = body[0] === 1
  const matrix = isLong ? 52 : 40
  if ((body[3] ?? 0) & TRACK_IS_ENABLED) track.isEnabled = true
  track.id = uint32(body, isLong ? 20 : 12)
  if (isTurned(body, matrix)) track.isTurned = true
  // Of 0 pixels for sound.
  track.shownAspect = uint32(body, matrix + 36) / uint32(body, matrix + 40) || undefined
}

/** `mdhd`, section 8.4.2 */
export function readMediaHeader(state: Mp4State, body: Uint8Array): undefined {
  const { timescale, ticks } = readTimes(body)
  const track = currentTrack(state)
  track.timescale = timescale
  track.ticks = ticks
}

/** `hdlr`, section 8.4.3 */
export function readHandler(state: Mp4State, body: Uint8Array): undefined {
  const type = latin1(body, 8, 12)
  if (type === 'vide') currentTrack(state).kind = 'video'
  if (type === 'soun') currentTrack(state).kind = 'audio'
}

/** `elst`, section 8.6.6. Lists too long for `body` stay unknown. */
export function readEditList(state: Mp4State, body: Uint8Array): undefined {
  const isLong = body[0] === 1
  const entryBytes = isLong ? 20 : 12
  const count = uint32(body, 4)
  if (8 + count * entryBytes > body.length) return
  let ticks = 0
  for (let at = 8; at < 8 + count * entryBytes; at += entryBytes) ticks += isLong ? uint64(body, at) : uint32(body, at)
  if (ticks > 0) currentTrack(state).editedTicks = ticks
}

/** `mehd`, section 8.8.2 */
export function readMovieDuration({ movie }: Mp4State, body: Uint8Array): undefined {
  const ticks = body[0] === 1 ? uint64(body, 4) : uint32(body, 4)
  if (ticks > 0 && movie.timescale) movie.announcedSecs = ticks / movie.timescale
}

/** `trex`, section 8.8.3 */
export function readFragmentDefaults({ tracks }: Mp4State, body: Uint8Array): undefined {
  const track = tracks.find(({ id }) => id === uint32(body, 4))
  if (!track) return
  track.fragments = { samples: 0, ticks: 0, defaultTicks: uint32(body, 12), defaultFlags: uint32(body, 20) }
}

interface Times {
  timescale: number | undefined
  ticks: number | undefined
  /** The offset behind them. */
  behind: number
}

/** A timescale and a duration in it, which follow two dates. Version 1 has dates and duration of 64 bits. 0 and all ones: unknown. */
function readTimes(body: Uint8Array): Times {
  const isLong = body[0] === 1
  const offset = isLong ? 20 : 12
  const ticks = isLong ? uint64(body, offset + 4) : uint32(body, offset + 4)
  const isKnown = ticks > 0 && ticks < (isLong ? Number.MAX_SAFE_INTEGER : 0xffff_ffff)
  return {
    timescale: uint32(body, offset) || undefined,
    ticks: isKnown ? ticks : undefined,
    behind: offset + (isLong ? 12 : 8),
  }
}

/** Whether a matrix turns a picture by 90° or 270°: section 8.3.2.3 */
function isTurned(body: Uint8Array, offset: number): boolean {
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => uint32(body, offset + at))
  return a === 0 && d === 0 && b !== 0 && c !== 0
}
