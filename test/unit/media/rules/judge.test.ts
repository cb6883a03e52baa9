import { describe, expect, it } from 'vitest'
import type { MediaRule } from '../../../../src/media/rules/media-rule.ts'
import { judgeChanged } from '../../../support/judged-media.ts'

const HOUSE_RULE: MediaRule = {
  name: 'house_minute',
  categories: ['tweet_video'],
  verdict: 'refuse',
  value: ({ facts }) => facts.durationSecs,
  limit: { max: 60 },
  detail: 'Our videos have {limit} s at most; this one has {actual} s, not {limit} s.',
  source: 'Our own rules.',
}

const judgeBy = (rule: Partial<MediaRule>, durationSecs: number) =>
  judgeChanged({ category: 'tweet_video', rules: [{ ...HOUSE_RULE, ...rule }] }, { durationSecs })

describe('judge', () => {
  it('follows rules of the app’s own', () => {
    expect(judgeBy({}, 60)).toEqual({ violations: [], warnings: [] })
    expect(judgeBy({}, 61.5).violations).toEqual([
      {
        rule: 'house_minute',
        actual: 61.5,
        limit: 60,
        source: 'Our own rules.',
        detail: 'Our videos have 60 s at most; this one has 61.5 s, not 60 s.',
      },
    ])
  })

  it('lists all that is wrong, in the order of the rules', () => {
    const wrong = { durationSecs: 151, frameRate: 120, audio: { codec: 'he-aac', channels: 6 } }
    const { violations, warnings } = judgeChanged({ category: 'dm_video', account: 'ordinary' }, wrong)
    expect(violations.map(({ rule }) => rule)).toEqual(['audio_profile', 'audio_channels', 'dm_duration'])
    expect(warnings.map(({ rule }) => rule)).toEqual(['frame_rate'])
  })

  it('makes warnings of all violations if it is told to warn', () => {
    const wrong = { durationSecs: 151, audio: { codec: 'aac', channels: 6 } }
    const { violations, warnings } = judgeChanged(
      { category: 'dm_video', account: 'ordinary', onViolation: 'warn' },
      wrong,
    )
    expect(violations).toEqual([])
    expect(warnings.map(({ rule }) => rule)).toEqual(['audio_channels', 'dm_duration'])
  })

  it.each([
    ['NaN with a number', { value: () => Number.NaN }],
    ['a text with a number', { value: () => 'long' }],
    ['a number with texts', { limit: { oneOf: ['60'] } }],
  ])('lets pass what cannot be compared: %s', (_, rule) => {
    expect(judgeBy(rule, 61)).toEqual({ violations: [], warnings: [] })
  })

  it('leaves signs of a value alone when it fills it in', () => {
    const rule: Partial<MediaRule> = {
      value: () => '$& {limit}',
      limit: { oneOf: ['$1'] },
      detail: '{limit}: {actual}',
    }
    expect(judgeBy(rule, 1).violations[0]?.detail).toBe('$1: $& $1')
  })
})
