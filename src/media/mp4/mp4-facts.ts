import type { MediaFacts } from '../../media-facts.ts'
import type { ReadFacts } from '../facts-reader.ts'
import { positive, roundToThousandths } from '../numbers.ts'
import type { Movie, Mp4State, Track } from './state.ts'

/**
 * What the boxes read so far say.
 *
 * @param isComplete Whether the sums over fragments are final.
 */
export function mp4Facts({ container, movie, tracks }: Mp4State, isComplete: boolean): ReadFacts {
  const video = shownTrack(tracks, 'video')
  const audio = shownTrack(tracks, 'audio')?.audio
  const seconds = durationSecs(movie, tracks, isComplete)
  // The samples are listed once the track is complete, or with fragments once the file is.
  const frames = video && countFrames(video, movie.isFragmented ? isComplete : video.isComplete === true)
  const rate = video && frameRate(video, frames)
  const longestGop = video && countLongestGop(video, frames)
  return {
    container,
    ...(video ? displaySize(video, movie.isTurned) : {}),
    ...positive({ durationSecs: roundToThousandths(seconds), frames, frameRate: roundToThousandths(rate) }),
    ...(video || movie.isComplete ? { hasVideo: video !== undefined } : {}),
    ...(video?.video ? { video: { ...video.video, ...positive({ longestGop }) } } : {}),
    ...(audio ? { audio } : {}),
  }
}

/** The first track of its kind that is not switched off; all that are may be alternatives. */
function shownTrack(tracks: readonly Track[], wanted: 'video' | 'audio'): Track | undefined {
  const candidates = tracks.filter(({ kind }) => kind === wanted)
  return candidates.find(({ isEnabled }) => isEnabled) ?? candidates[0]
}

type Size = Pick<MediaFacts, 'width' | 'height'>

/** The coded size with the pixel aspect applied to its width, then turned. */
function displaySize(track: Track, isMovieTurned: Movie['isTurned']): Size {
  const { width, height } = track
  if (!width || !height) return {}
  const shown = { width: Math.round(width * pixelAspect(track, width, height)), height }
  return positive(track.isTurned === isMovieTurned ? shown : { width: shown.height, height: shown.width })
}

/** The sample entry tells the pixel aspect; else the track's header does, by another shape; else the video itself. */
function pixelAspect({ pixelAspect, codedAspect = 1, shownAspect }: Track, width: number, height: number): number {
  if (pixelAspect) return pixelAspect
  return shownAspect ? shownAspect / (width / height) : codedAspect
}

/**
 * The movie's own number; if it has none, the longest track's. With fragments, which show at the end of `moov`, only they
 * tell, or a box that announces them.
 */
function durationSecs(movie: Movie, tracks: readonly Track[], isFinal: boolean): number | undefined {
  if (movie.isFragmented) return isFinal ? longest(tracks, fragmentedSecs) : movie.announcedSecs
  if (!movie.timescale) return undefined
  if (movie.ticks) return movie.ticks / movie.timescale
  const { timescale, isComplete } = movie
  return isComplete ? longest(tracks, (track) => trackSecs(track, timescale)) : undefined
}

function longest(tracks: readonly Track[], secondsOf: (track: Track) => number): number | undefined {
  return Math.max(0, ...tracks.map(secondsOf)) || undefined
}

function trackSecs({ editedTicks, ticks, timescale }: Track, movieTimescale: number): number {
  return editedTicks ? editedTicks / movieTimescale : (ticks ?? 0) / (timescale ?? 1)
}

function fragmentedSecs(track: Track): number {
  return mediaTicks(track) / (track.timescale ?? 1)
}

/** A track without samples of its own has no ticks of its own, whatever its header says. */
function mediaTicks({ samples, ticks = 0, fragments }: Track): number {
  return (samples > 0 ? ticks : 0) + (fragments?.ticks ?? 0)
}

function countFrames({ samples, fragments }: Track, areListed: boolean): number | undefined {
  return areListed ? samples + (fragments?.samples ?? 0) : undefined
}

function frameRate(track: Track, frames: number | undefined): number | undefined {
  const { timescale, sampleTicks, fragments } = track
  if (!timescale) return undefined
  if (sampleTicks && !fragments?.samples) return timescale / sampleTicks
  const ticks = mediaTicks(track)
  return frames && ticks > 0 ? (frames * timescale) / ticks : undefined
}

function countLongestGop({ keyFrames }: Track, frames: number | undefined): number | undefined {
  if (!frames || keyFrames?.areIncomplete) return undefined
  return keyFrames ? Math.max(keyFrames.longestGap, frames + 1 - keyFrames.last) : 1
}
