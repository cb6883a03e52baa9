import type { AudioFacts, MediaFacts, VideoFacts } from '../../src/media-facts.ts'

/** What was recorded of ffprobe's answer about a video. */
export interface Probed {
  streams: readonly ProbedStream[]
  format: { format_name: string; duration?: string }
  /** Of the first video stream. */
  packets: number
  longestGop: number
}

interface ProbedStream {
  codec_type: string
  codec_name?: string
  codec_tag_string: string
  profile?: string
  level?: number
  width?: number
  height?: number
  sample_aspect_ratio?: string
  pix_fmt?: string
  avg_frame_rate: string
  channels?: number
  sample_rate?: string
  side_data_list?: readonly { rotation?: number }[]
}

/** ffprobe's answer in our words. What it does not tell is missing. */
export function factsOf({ streams, format, packets, longestGop }: Probed): Omit<MediaFacts, 'known' | 'container'> {
  const video = streams.find(({ codec_type }) => codec_type === 'video')
  const audio = streams.find(({ codec_type }) => codec_type === 'audio')
  return defined({
    ...(video ? sizeOf(video) : {}),
    durationSecs: format.duration === undefined ? undefined : Number(format.duration),
    frameRate: video && ratio(video.avg_frame_rate),
    frames: video && packets,
    hasVideo: video !== undefined,
    video: video && { ...videoOf(video, longestGop), codec: codecOf(video, format.format_name) },
    audio: audio && audioOf(audio),
  })
}

function sizeOf({ width = 0, height = 0, sample_aspect_ratio, side_data_list = [] }: ProbedStream): {
  width: number
  height: number
} {
  const shownWidth = Math.round(width * (ratio(sample_aspect_ratio?.replace(':', '/')) ?? 1))
  const isTurned = side_data_list.some(({ rotation = 0 }) => Math.abs(rotation) === 90)
  return isTurned ? { width: height, height: shownWidth } : { width: shownWidth, height }
}

/** ffprobe's own words for what we name as the specifications do. */
const PROFILES: Readonly<Record<string, string>> = { Rext: 'Format Range Extensions' }

const CODECS: Readonly<Record<string, string>> = { h264: 'avc1', hevc: 'hvc1', vp8: 'vp08', vp9: 'vp09', av1: 'av01' }

/** Levels as ffprobe numbers them, by codec. */
const LEVELS: Readonly<Record<string, (level: number) => string>> = {
  h264: (level) => (level === 9 ? '1b' : String(level / 10)),
  hevc: (level) => String(level / 30),
  av1: (level) => `${2 + (level >> 2)}.${level & 3}`,
}

/** The tags of MP4 and QuickTime are our names. */
function codecOf({ codec_name = '', codec_tag_string }: ProbedStream, format: string): string {
  return format.includes('mp4') ? codec_tag_string : (CODECS[codec_name] ?? codec_name)
}

function videoOf(stream: ProbedStream, longestGop: number): Omit<VideoFacts, 'codec'> {
  const { codec_name = '', profile, level = -99 } = stream
  return defined({
    profile: profile === undefined ? undefined : (PROFILES[profile] ?? profile),
    level: level > 0 ? LEVELS[codec_name]?.(level) : undefined,
    chroma: chromaOf(stream.pix_fmt),
    bitDepth: Number(/p(\d+)[lb]e$/.exec(stream.pix_fmt ?? '')?.[1] ?? 8),
    longestGop,
  })
}

function chromaOf(pixelFormat = ''): VideoFacts['chroma'] {
  if (pixelFormat.startsWith('gray')) return '4:0:0'
  if (pixelFormat.startsWith('gbr')) return '4:4:4'
  if (pixelFormat.includes('444')) return '4:4:4'
  return pixelFormat.includes('422') ? '4:2:2' : '4:2:0'
}

function audioOf({ codec_name = '', codec_tag_string: tag, profile, channels, sample_rate }: ProbedStream): AudioFacts {
  const codec = profile?.startsWith('HE-AAC') ? 'he-aac' : codec_name
  return defined({
    codec: codec_name.startsWith('pcm') ? tag : codec,
    channels,
    sampleRate: sample_rate === undefined ? undefined : Number(sample_rate),
  })
}

function ratio(text = ''): number | undefined {
  const [dividend = 0, divisor = 0] = text.split('/').map(Number)
  return dividend > 0 && divisor > 0 ? dividend / divisor : undefined
}

/** The same object without the members that are undefined. */
function defined<T extends object>(members: { [Name in keyof T]: T[Name] | undefined }): T {
  return JSON.parse(JSON.stringify(members))
}
