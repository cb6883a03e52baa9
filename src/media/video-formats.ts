import type { MediaFormat } from './facts-reader.ts'
import { matroskaFormat } from './matroska/format.ts'
import { mp4Format } from './mp4/format.ts'
import { transportStreamFormat } from './mpegts/format.ts'

/** The containers of videos. HEIC and AVIF are recognized as MP4 unless their format comes before these. */
export const VIDEO_FORMATS: readonly MediaFormat[] = [matroskaFormat, mp4Format, transportStreamFormat]
