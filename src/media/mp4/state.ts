import type { AudioFacts, VideoFacts } from '../../media-facts.ts'

/**
 * What is read of an MP4 or MOV so far, and where in it the walk is. Times are in units of a timescale: ticks a second. What
 * is not so is missing, as a saved state must be short.
 */
export interface Mp4State {
  container: 'mp4' | 'quicktime'
  /** The offset of the next byte. */
  position: number
  /** Boxes visited. */
  boxes: number
  /** The boxes around `position`, the outermost first. */
  open: Box[]
  /** A box without boxes in it that is read now. */
  leaf?: Box | undefined
  /** The entries of a table that is read now. */
  table?: Table | undefined
  movie: Movie
  tracks: Track[]
  /** The track whose part of a fragment is read now. */
  fragment?: Fragment | undefined
}

export interface Box {
  type: string
  /** The offset behind its last byte. */
  end: number
}

/** Entries of one size. */
export interface Table {
  type: 'stss' | 'trun' | 'sidx'
  /** The offset behind the last entry. */
  end: number
  entryBytes: number
  /** Where in an entry are its ticks and its flags; undefined: not there, so the fragment's defaults count. */
  ticksAt?: number | undefined
  flagsAt?: number | undefined
}

/** A table to read after a leaf: its entries begin `start` bytes into the box. */
export interface NewTable extends Omit<Table, 'end'> {
  start: number
  count: number
}

export interface Movie {
  timescale?: number | undefined
  ticks?: number | undefined
  isTurned?: true | undefined
  isComplete?: true | undefined
  /** Whether fragments follow, with samples that the tracks' own tables do not have. */
  isFragmented?: true | undefined
  /** Seconds of the whole movie with its fragments, from `mehd` or `sidx`. */
  announcedSecs?: number | undefined
  /** Set while a `sidx` is read: the ticks of its entries so far. */
  index?: { timescale: number; ticks: number } | undefined
}

export interface Track {
  id: number
  /** Whether all of its boxes have been read. */
  isComplete?: true | undefined
  kind?: 'video' | 'audio' | undefined
  isEnabled?: true | undefined
  isTurned?: true | undefined
  /** Width ÷ height as the track's header has them, if it is not the coded shape: of the picture as shown, before it is turned. */
  shownAspect?: number | undefined
  /** As coded. */
  width?: number | undefined
  height?: number | undefined
  /** Width of a pixel ÷ its height: as the container has it, and as the video itself has it. */
  pixelAspect?: number | undefined
  codedAspect?: number | undefined
  timescale?: number | undefined
  ticks?: number | undefined
  /** Ticks of the movie's timescale that an edit list leaves of the track. */
  editedTicks?: number | undefined
  samples: number
  /** Ticks of a sample, if all have the same. */
  sampleTicks?: number | undefined
  video?: VideoFacts | undefined
  audio?: AudioFacts | undefined
  /** Undefined: all frames are key frames, as far as they have been read. */
  keyFrames?: KeyFrames | undefined
  /** What fragments may add. */
  fragments?: Fragments | undefined
}

/** What fragments add to a track. */
export interface Fragments {
  samples: number
  ticks: number
  /** What counts for samples of a fragment that says nothing else. */
  defaultTicks: number
  defaultFlags: number
}

/** A run over the key frames of a track. */
export interface KeyFrames {
  /** The number of the last one; the first sample has the number 1. */
  last: number
  /** The most frames from one to the next, so far. */
  longestGap: number
  /** The file also has key frames that are not listed. */
  areIncomplete?: boolean | undefined
}

export interface Fragment {
  /** The track's index. */
  track: number
  ticks: number
  flags: number
  /** The flags of the next sample alone. */
  nextFlags?: number | undefined
}

export function startState(): Mp4State {
  return {
    ...{ container: 'quicktime', position: 0, boxes: 0, open: [], tracks: [] },
    movie: {},
  }
}

export function startTrack(): Track {
  return { id: 0, samples: 0 }
}
