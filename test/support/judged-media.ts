import { expect } from 'vitest'
import { type Judgement, type JudgeOptions, judge } from '../../src/media/rules/judge.ts'
import { X_MEDIA_RULES } from '../../src/media/rules/media-rules.ts'
import type { MediaFacts } from '../../src/media-facts.ts'
import type { MediaCategory } from '../../src/x/limits.ts'

/** Facts, and the size of the file. */
export type Media = Omit<MediaFacts, 'known'> & { bytes: number }

/** One limit: what is just within it, what is just beyond it, and what is then said. */
export interface LimitCase {
  rule: string
  category: MediaCategory
  /** Default: unknown. */
  account?: JudgeOptions['account']
  within: Partial<Media>
  beyond: Partial<Media>
  actual: number | string
  limit: number | string
  detail: string
}

const MIB = 1024 ** 2

const VIDEO: Media = {
  container: 'mp4',
  width: 1280,
  height: 720,
  frameRate: 30,
  video: { codec: 'avc1', chroma: '4:2:0', bitDepth: 8, longestGop: 250 },
  audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
  bytes: MIB,
}
const GIF: Media = {
  container: 'gif',
  width: 640,
  height: 480,
  frames: 20,
  animated: true,
  durationSecs: 2,
  bytes: MIB,
}
const IMAGE: Media = { container: 'jpeg', width: 640, height: 480, cmyk: false, bytes: MIB }

/** Files that break no rule. */
export const FINE: Readonly<Record<MediaCategory, Media>> = {
  tweet_video: VIDEO,
  amplify_video: VIDEO,
  dm_video: VIDEO,
  tweet_gif: GIF,
  dm_gif: GIF,
  tweet_image: IMAGE,
  dm_image: IMAGE,
  subtitles: { container: 'srt', bytes: 100 },
}

type Where = Partial<JudgeOptions> & { category: MediaCategory }

/** Judges a file by X's rules, unless the options say otherwise. */
export function judgeMedia({ category, ...options }: Where, { bytes, ...facts }: Media): Judgement {
  const defaults: JudgeOptions = {
    category,
    bytes,
    account: 'unknown',
    rules: X_MEDIA_RULES,
    onViolation: 'refuse',
  }
  return judge({ ...facts, known: 'head' }, { ...defaults, ...options })
}

/** Judges a file that differs from one that breaks no rule. */
export function judgeChanged(where: Where, changes: Partial<Media>): Judgement {
  return judgeMedia(where, { ...FINE[where.category], ...changes })
}

/** Both sides of a limit: nothing is said within it, and one thing beyond it. */
export function expectLimit(kind: keyof Judgement, { rule, category, account = 'unknown', ...row }: LimitCase): void {
  const nothing: Judgement = { violations: [], warnings: [] }
  expect(judgeChanged({ category, account }, row.within)).toEqual(nothing)
  const { actual, limit, detail } = row
  const source = X_MEDIA_RULES.find(({ name }) => name === rule)?.source
  const violation = { rule, actual, limit, source, detail }
  expect(judgeChanged({ category, account }, row.beyond)).toEqual({ ...nothing, [kind]: [violation] })
}
