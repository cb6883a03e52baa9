import type { AudioFacts } from '../../media-facts.ts'
import type { SequenceFacts } from '../codecs/parameter-set.ts'

/** What is read of a transport stream so far, and where in it the walk is. */
export interface TransportState {
  /** Bytes from one packet to the next. */
  packetBytes: number
  /** The packet id of the table that lists the program's streams. */
  tablePid?: number | undefined
  /** Whether that table has been read. */
  areStreamsListed: boolean
  /** There is another program, or a stream of an unknown type: without a video here, there may be one there. */
  mayHideVideo?: boolean | undefined
  video?: ElementaryStream | undefined
  audio?: ElementaryStream | undefined
  /** What the first sequence parameter set and the first frame of sound say. */
  sequence?: SequenceFacts | undefined
  sound?: AudioFacts | undefined
  /** What is put together from several packets, by packet id. */
  parts: Part[]
  /** Of the video's frames as they are shown. */
  times: Times
}

export interface ElementaryStream {
  pid: number
  codec: string
  /** Units whose beginning has been looked at, in search of what tells more of the codec. */
  searched: number
}

/** The beginning of a section of a table, or of a packet of an elementary stream. */
export interface Part {
  pid: number
  bytes: number[]
}

/** In units of 1/90,000 s. */
export interface Times {
  /** Packets that carry a frame. */
  frames: number
  /** The last time that was seen, as it stands there; undefined before the first. The others are free of the wrap-around. */
  stated?: number | undefined
  now: number
  first: number
  last: number
  /** Times have jumped, so that they tell no duration. */
  haveJumped: boolean
}

export function startState(): TransportState {
  return {
    ...{ packetBytes: 0, areStreamsListed: false, parts: [] },
    times: { frames: 0, now: 0, first: 0, last: 0, haveJumped: false },
  }
}
