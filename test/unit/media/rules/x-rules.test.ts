import { describe, expect, it } from 'vitest'
import { X_MEDIA_RULES } from '../../../../src/media/rules/media-rules.ts'
import { MEDIA_CATEGORIES } from '../../../../src/x/limits.ts'
import { KNOWN_ACCOUNTS, UNKNOWN_ACCOUNTS } from '../../../support/account-limit-cases.ts'
import { expectLimit, FINE, judgeChanged, judgeMedia, type Media } from '../../../support/judged-media.ts'
import { DOUBTFUL_IMAGES, DOUBTFUL_VIDEOS, NEVER_TAKEN } from '../../../support/x-limit-cases.ts'

const NOTHING = { violations: [], warnings: [] }

describe('X’s rules', () => {
  it('are all in these tables, but for the one about sound alone', () => {
    const cases = [...NEVER_TAKEN, ...KNOWN_ACCOUNTS, ...DOUBTFUL_VIDEOS, ...DOUBTFUL_IMAGES]
    const tested = new Set(['video_track', ...cases.map(({ rule }) => rule)])
    expect(new Set(X_MEDIA_RULES.map(({ name }) => name))).toEqual(tested)
    expect(X_MEDIA_RULES.length).toBe(tested.size)
  })

  it.each(NEVER_TAKEN)('refuse $category beyond $rule, and take it within', (limit) => {
    for (const account of ['unknown', 'ordinary', 'premium'] as const) expectLimit('violations', { ...limit, account })
  })

  it.each(KNOWN_ACCOUNTS)('refuse $category beyond $rule of an account that is $account', (limit) => {
    expectLimit('violations', limit)
  })

  it.each(UNKNOWN_ACCOUNTS)('warn of $category beyond $rule while the account is unknown', (limit) => {
    expectLimit('warnings', limit)
  })

  it.each([...DOUBTFUL_VIDEOS, ...DOUBTFUL_IMAGES])('warn of $category beyond $rule', (limit) => {
    expectLimit('warnings', limit)
  })

  it('refuse a video of sound alone, once it is known to be that', () => {
    const where = { category: 'tweet_video', account: 'unknown' } as const
    const sound: Media = { container: 'mp4', audio: { codec: 'aac' }, bytes: 1000 }
    expect(judgeMedia(where, sound)).toEqual(NOTHING)
    expect(judgeMedia(where, { ...sound, hasVideo: true })).toEqual(NOTHING)
    expect(judgeMedia(where, { ...sound, hasVideo: false }).violations).toEqual([
      {
        rule: 'video_track',
        actual: 0,
        limit: 1,
        source: 'Inferred: none of X’s categories is for sound.',
        detail: 'The file has no picture; X takes no such video. Add a picture.',
      },
    ])
  })

  it.each(MEDIA_CATEGORIES)('pass a good file, and one of which nothing is known, as %s', (category) => {
    expect(judgeChanged({ category }, {})).toEqual(NOTHING)
    const { container, bytes } = FINE[category]
    expect(judgeMedia({ category }, { container, bytes })).toEqual(NOTHING)
  })

  it('pass a video of no duration, which says that it is not known', () => {
    expect(judgeChanged({ category: 'dm_video', account: 'ordinary' }, { durationSecs: 0 })).toEqual(NOTHING)
  })

  it('do not hold for other categories', () => {
    expect(judgeChanged({ category: 'tweet_gif' }, { durationSecs: 8000, cmyk: true })).toEqual(NOTHING)
    expect(judgeChanged({ category: 'subtitles' }, { durationSecs: 8000 })).toEqual(NOTHING)
    expect(judgeChanged({ category: 'tweet_image' }, { container: 'gif', width: 1281, animated: false })).toEqual(
      NOTHING,
    )
  })

  it('name an address as their source, or say that there is none', () => {
    for (const { source } of X_MEDIA_RULES)
      expect(source).toMatch(/^https:\/\/\S+$|^Inferred: |not in X’s documentation\.$/)
  })
})
