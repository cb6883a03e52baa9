import type { MediaFacts } from '../../media-facts.ts'
import { VIDEOS } from './categories.ts'
import type { MediaRule } from './media-rule.ts'
import { showBitRate } from './show.ts'
import { BEST_PRACTICES } from './sources.ts'

/** What X never takes. */
const REFUSED: readonly MediaRule[] = [
  {
    name: 'chroma',
    categories: VIDEOS,
    verdict: 'refuse',
    value: ({ facts }) => facts.video?.chroma,
    limit: { oneOf: ['4:2:0'] },
    detail: 'The video has {actual} chroma; X takes {limit}. Encode it again: in ffmpeg, with -pix_fmt yuv420p.',
    source: 'https://github.com/dr-Styki/ScreenRec/issues/14',
  },
  {
    name: 'audio_profile',
    categories: VIDEOS,
    verdict: 'refuse',
    value: ({ facts }) => (isHighEfficiency(facts) ? facts.audio?.codec : undefined),
    limit: { oneOf: ['aac'] },
    detail: 'The sound is High-Efficiency AAC; X takes Low-Complexity AAC. Encode it again.',
    source: BEST_PRACTICES,
  },
  {
    name: 'audio_channels',
    categories: VIDEOS,
    verdict: 'refuse',
    value: ({ facts }) => facts.audio?.channels,
    limit: { max: 2 },
    detail: 'The sound has {actual} channels; X takes {limit}. Mix it down to stereo.',
    source: BEST_PRACTICES,
  },
  {
    name: 'gop_frames',
    categories: VIDEOS,
    verdict: 'refuse',
    value: ({ facts }) => facts.video?.longestGop,
    limit: { max: 512 },
    detail: 'The video has up to {actual} frames per key frame; X takes {limit}. Encode it again with more key frames.',
    source: 'https://github.com/nununoisy/spc-presenter-rs/issues/3',
  },
  {
    name: 'video_track',
    categories: VIDEOS,
    verdict: 'refuse',
    value: ({ facts }) => (facts.hasVideo === false ? 0 : undefined),
    limit: { min: 1 },
    detail: 'The file has no picture; X takes no such video. Add a picture.',
    source: 'Inferred: none of X’s categories is for sound.',
  },
]

/** What is documented or reported, and yet taken at times. */
const DOUBTFUL: readonly MediaRule[] = [
  {
    name: 'frame_rate',
    categories: VIDEOS,
    verdict: 'warn',
    // An average of 60 may be off by a little.
    value: ({ facts }) => facts.frameRate && Math.round(facts.frameRate * 100) / 100,
    limit: { max: 60 },
    detail: 'The video has {actual} frames per second; X documents at most {limit}. A post with it may fail.',
    source: BEST_PRACTICES,
  },
  {
    name: 'min_video_side',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts: { width, height } }) => width && height && Math.min(width, height),
    limit: { min: 32 },
    detail: 'A side of the video has {actual} pixels; X documents at least {limit}.',
    source: BEST_PRACTICES,
  },
  {
    name: 'video_pixels',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts: { width, height } }) => width && height && width * height,
    // X counted pixels when it last said what was wrong, so a portrait video may be 1024 × 1280. For Premium, this is the
    // limit of an earlier help page.
    limit: { max: { ordinary: 1280 * 1024, premium: 1920 * 1200 } },
    detail: 'A frame of the video has {actual} pixels; X documents at most {limit}. It often takes more.',
    source: BEST_PRACTICES,
  },
  {
    name: 'aspect_ratio',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts: { width, height } }) => width && height && Math.max(width / height, height / width),
    limit: { max: 3 },
    detail: 'One side of the video is {actual} times as long as the other; X documents at most {limit} times.',
    source: BEST_PRACTICES,
  },
  {
    name: 'video_codec',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts }) => facts.video?.codec,
    limit: { oneOf: ['avc1', 'avc3'] },
    detail: 'The codec of the video is {actual}; X documents only H.264.',
    source: BEST_PRACTICES,
  },
  {
    name: 'bit_depth',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts }) => facts.video?.bitDepth,
    limit: { max: 8 },
    detail: 'The video has {actual} bits per sample; X is known to take {limit}.',
    source: 'https://github.com/phw/peek/issues/621',
  },
  {
    name: 'bit_rate',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ bytes, facts: { durationSecs } }) => durationSecs && (bytes * 8) / durationSecs,
    limit: { max: 25_000_000 },
    detail: 'The video has {actual}; X is said to take {limit}.',
    show: showBitRate,
    source: 'Tools that post to X; not in X’s documentation.',
  },
  {
    name: 'video_container',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts }) => facts.container,
    limit: { oneOf: ['mp4', 'quicktime', 'mpegts'] },
    detail: 'The video is {actual}, which X lists but has refused. MP4 is safe.',
    source: 'https://github.com/abraham/twitteroauth/issues/466',
  },
  {
    name: 'audio_codec',
    categories: VIDEOS,
    verdict: 'warn',
    value: ({ facts }) => (isHighEfficiency(facts) ? undefined : facts.audio?.codec),
    limit: { oneOf: ['aac'] },
    detail: 'The codec of the sound is {actual}; X documents only AAC.',
    source: BEST_PRACTICES,
  },
]

/** X's rules for videos of any account. */
export const VIDEO_RULES: readonly MediaRule[] = [...REFUSED, ...DOUBTFUL]

function isHighEfficiency({ audio }: MediaFacts): boolean {
  return audio?.codec.startsWith('he-aac') ?? false
}
