import type { AudioFacts, VideoFacts } from '../../media-facts.ts'

/** What is read of a Matroska or WebM file so far, and where in it the walk is. Ticks are units of the timestamp scale. */
export interface MatroskaState {
  container: 'webm' | 'matroska'
  /** The offset of the next byte. */
  position: number
  /** Elements visited. */
  elements: number
  /** An element whose content is read now. */
  element?: { id: number; size: number } | undefined
  /** Nanoseconds of a tick. */
  tickNanos: number
  /** As the head of the file announces it. */
  durationTicks?: number | undefined
  tracks: MatroskaTrack[]
  /** No more tracks follow. */
  areTracksListed: boolean
  /** Of the current cluster. */
  clusterTicks: number
  /** When the first and the last block of any track begin. */
  firstTicks?: number | undefined
  lastTicks?: number | undefined
  /** Counted over the first video track. */
  frames: FrameCount
}

export interface MatroskaTrack {
  number: number
  kind?: 'video' | 'audio' | undefined
  /** Matroska's own name, such as `V_VP9`. */
  codecId: string
  /** Nanoseconds of a frame, if all have the same. */
  frameNanos?: number | undefined
  pixelWidth?: number | undefined
  pixelHeight?: number | undefined
  displayWidth?: number | undefined
  displayHeight?: number | undefined
  channels?: number | undefined
  sampleRate?: number | undefined
  /** What the codec's own configuration tells. */
  video?: Omit<VideoFacts, 'codec'> | undefined
  audio?: AudioFacts | undefined
}

export interface FrameCount {
  count: number
  firstTicks: number
  lastTicks: number
  /** Whether the last frame is a key frame: a block in a group is one unless a reference follows it. */
  isKey: boolean
  /** Frames since the last key frame before that one, and the most so far. */
  sinceKey: number
  longest: number
}

export function startState(): MatroskaState {
  return {
    ...{ container: 'matroska', position: 0, elements: 0, tickNanos: 1_000_000, tracks: [] },
    ...{ areTracksListed: false, clusterTicks: 0 },
    frames: { count: 0, firstTicks: 0, lastTicks: 0, isKey: false, sinceKey: 0, longest: 0 },
  }
}

/** The track whose description is read now. */
export function currentTrack({ tracks }: MatroskaState): MatroskaTrack {
  const track = tracks.at(-1)
  if (!track) throw new Error('There is no track.')
  return track
}

/** The first video track: the one that is shown. */
export function videoTrack({ tracks }: MatroskaState): MatroskaTrack | undefined {
  return tracks.find(({ kind }) => kind === 'video')
}
