/** What a media file says about itself. What is missing is unknown. */
export interface MediaFacts {
  container: Container
  /** Pixels of the picture as shown: rotation and pixel aspect are applied. */
  width?: number
  height?: number
  durationSecs?: number
  /** Frames per second: the average, if it varies. */
  frameRate?: number
  /** Frames of the video or the animation. */
  frames?: number
  /** Whether there is a video track. Unknown until the file has listed its tracks. */
  hasVideo?: boolean
  video?: VideoFacts
  audio?: AudioFacts
  /** An image of more than one frame. */
  animated?: boolean
  /** The animation starts again when it has ended. */
  loop?: boolean
  /** An image in the four colors of print. */
  cmyk?: boolean
  /** How much of the file had to be read to know this: its first 4,100 bytes, its first segment, or all of it. */
  known: 'head' | 'first-segment' | 'end'
}

export type Container =
  | ('mp4' | 'quicktime' | 'webm' | 'matroska' | 'mpegts')
  | ('jpeg' | 'png' | 'apng' | 'gif' | 'webp' | 'bmp' | 'tiff' | 'heic' | 'avif')
  | ('srt' | 'vtt')

export interface VideoFacts {
  /** As RFC 6381 begins it: `avc1`, `hvc1`, `vp09`, `av01`; or the file's own name. */
  codec: string
  /** As the codec's specification names it: `High 4:4:4 Predictive`. */
  profile?: string
  /** As people write it: `4.1`. */
  level?: string
  chroma?: '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4'
  /** Bits of a luma sample. */
  bitDepth?: number
  /** The most frames from one key frame to the next. */
  longestGop?: number
}

export interface AudioFacts {
  /** `aac`, `he-aac`, `mp3`, `opus`, `vorbis`, …; or the file's own name. */
  codec: string
  channels?: number
  /** Hertz. */
  sampleRate?: number
}

/** What breaks a rule. */
export interface Violation {
  /** The rule's name. */
  rule: string
  actual: number | string
  limit: number | string
  /** Where the limit comes from: an address, or a few words. */
  source: string
  /** A sentence for people: what is wrong, what X takes, and what to do. */
  detail: string
}

/** What is known about an uploaded file, with the option `media`. */
export interface MediaFindings {
  /** What the file says about itself. Missing if nothing could be read. */
  facts?: MediaFacts
  /** Why X may not take the file. Missing if there is no reason. */
  warnings?: readonly Violation[]
}

/** What the option `media` reports of a file. */
export type MediaEvent =
  /** The bytes of the file contradict each other, so that its facts stay unknown. The upload goes on. */
  | { type: 'facts_unknown'; mediaId?: string; reason: string }
  /** `transform` has made another image of the file. X gets that one. */
  | { type: 'transformed'; mediaType: string; fromBytes: number; toBytes: number }
  /** `transform` threw. The upload ends in the error of the same name. */
  | { type: 'transform_failed'; reason: string }
