import { describe, expect, it } from 'vitest'
import { showBitRate, showDuration, showNumber } from '../../../../src/media/rules/show.ts'

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0.4 s'],
    [151, '151 s'],
    [140.0004, '140 s'],
    [599.999, '599.999 s'],
    [600, '10 min'],
    [601.5, '10 min 1.5 s'],
    [7500, '125 min'],
    [60_000 * 60, '60,000 min'],
  ])('of %d s is written %s', (secs, text) => {
    expect(showDuration(secs)).toBe(text)
  })
})

describe('a number', () => {
  it('has thousands marked, and at most three decimals', () => {
    expect(showNumber(1234567.12345)).toBe('1,234,567.123')
    expect(showBitRate(25_500_000)).toBe('25.5 Mbit/s')
  })
})
