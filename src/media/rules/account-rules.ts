import { formatBytes } from '../../lib/format-bytes.ts'
import { CATEGORY_MAX_BYTES, PREMIUM_CATEGORY_MAX_BYTES } from '../../x/limits.ts'
import { DIRECT_MESSAGES, POSTS, VIDEOS } from './categories.ts'
import type { JudgedMedia, MediaRule } from './media-rule.ts'
import { showDuration } from './show.ts'
import { BEST_PRACTICES } from './sources.ts'

const MINUTE_SECS = 60

/**
 * A video that is cut at a limit has sound that ends a frame later, of up to 2,048 samples. X takes it, and publishes such
 * videos itself: https://github.com/danbooru/danbooru/pull/4947
 */
const SOUND_FRAME_SECS = 0.1

/** X's rules for videos that depend on the account. */
export const ACCOUNT_RULES: readonly MediaRule[] = [
  {
    name: 'min_duration',
    categories: VIDEOS,
    verdict: 'refuse-if-account-known',
    // Files whose duration is not known yet may say 0.
    value: ({ facts }) => facts.durationSecs || undefined,
    limit: { min: 0.5 },
    detail: 'The video is {actual} long; X takes none shorter than {limit}.',
    show: showDuration,
    source: BEST_PRACTICES,
  },
  {
    name: 'post_duration',
    categories: POSTS,
    verdict: 'refuse-if-account-known',
    value: playedSecs,
    limit: { max: { ordinary: 20 * MINUTE_SECS, premium: 125 * MINUTE_SECS } },
    detail: 'The video is {actual} long; X takes {limit} in a post. Trim it.',
    show: showDuration,
    source: BEST_PRACTICES,
  },
  {
    name: 'dm_duration',
    categories: DIRECT_MESSAGES,
    verdict: 'refuse-if-account-known',
    value: playedSecs,
    limit: { max: { ordinary: 140, premium: 10 * MINUTE_SECS } },
    detail: 'The video is {actual} long; X takes {limit} in a direct message. Trim it.',
    show: showDuration,
    source: BEST_PRACTICES,
  },
  {
    name: 'post_bytes',
    categories: POSTS,
    verdict: 'refuse-if-account-known',
    value: ({ bytes }) => bytes,
    limit: { max: { ordinary: CATEGORY_MAX_BYTES.tweet_video, premium: PREMIUM_CATEGORY_MAX_BYTES.tweet_video } },
    detail: 'The video has {actual}; X takes {limit} in a post. Compress it.',
    show: formatBytes,
    source: BEST_PRACTICES,
  },
  {
    name: 'dm_bytes',
    categories: DIRECT_MESSAGES,
    verdict: 'refuse-if-account-known',
    value: ({ bytes }) => bytes,
    limit: { max: { ordinary: CATEGORY_MAX_BYTES.dm_video, premium: PREMIUM_CATEGORY_MAX_BYTES.dm_video } },
    detail: 'The video has {actual}; X takes {limit} in a direct message. Compress it.',
    show: formatBytes,
    source: BEST_PRACTICES,
  },
]

/** The duration, without a part of a second that may be the end of the sound. */
function playedSecs({ facts: { durationSecs } }: JudgedMedia): number | undefined {
  if (durationSecs === undefined) return undefined
  return durationSecs % 1 < SOUND_FRAME_SECS ? Math.floor(durationSecs) : durationSecs
}
