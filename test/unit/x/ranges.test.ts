import { describe, expect, it } from 'vitest'
import { readKnownAnswer } from '../../../src/x/known-answer.ts'
import { readRateLimits } from '../../../src/x/rate-limits.ts'

const DAY_SECS = 86_400
const NOW = Date.UTC(2026, 0, 1)
const NOW_SECS = NOW / 1000

/** What is read of a document that X answers with. */
function dataOf(data: string): unknown {
  return readKnownAnswer(`{"data":${data}}`, { token: 'server-held-token', status: 200 })?.data
}

const NO_NUMBERS = ['"12"', '"soon"', '""', 'null', 'true', '[]', '{}']

describe('check_after_secs', () => {
  const read = (value: string) => dataOf(`{"processing_info":{"state":"pending","check_after_secs":${value}}}`)

  it.each<[string, number]>([
    ['-1e999', 0],
    ['-1e300', 0],
    ['-1', 0],
    ['0', 0],
    ['1.9', 1],
    ['899', 899],
    ['900', 900],
    ['901', 900],
    ['1000000000', 900],
    ['4102444800', 900],
    ['1e300', 900],
    ['1e999', 900],
  ])('of %s is %i seconds', (value, secs) => {
    expect(read(value)).toEqual({ processing_info: { state: 'pending', check_after_secs: secs } })
  })

  it.each(NO_NUMBERS)('of %s is none', (value) => {
    expect(read(value)).toEqual({ processing_info: { state: 'pending' } })
  })
})

describe('expires_after_secs', () => {
  const read = (value: string) => dataOf(`{"expires_after_secs":${value}}`)

  it.each<[string, number]>([
    // X has just created the media, so it has the usual day.
    ['-1e300', DAY_SECS],
    ['-1', DAY_SECS],
    ['0', DAY_SECS],
    ['1', 1],
    ['2592000', 2_592_000],
    ['2592001', 2_592_000],
    ['1000000000', 2_592_000],
    ['1e300', 2_592_000],
    ['1e999', 2_592_000],
  ])('of %s is %i seconds', (value, secs) => {
    expect(read(value)).toEqual({ expires_after_secs: secs })
  })

  it.each(NO_NUMBERS)('of %s is none', (value) => {
    expect(read(value)).toEqual({})
  })
})

describe('a wait for a rate limit', () => {
  const date = (secs: number) => new Date(NOW + secs * 1000).toUTCString()
  const waitOf = (headers: Record<string, string>) => readRateLimits(new Headers(headers), NOW).waitMs

  it.each<[string, number]>([
    ['0', 0],
    ['1', 1],
    ['86399', 86_399],
    ['86400', DAY_SECS],
    ['86401', DAY_SECS],
    ['1000000000', DAY_SECS],
    ['9'.repeat(400), DAY_SECS],
    [date(-1), 0],
    [date(0), 0],
    [date(86_399), 86_399],
    [date(86_401), DAY_SECS],
    ['Fri, 01 Jan 2100 00:00:00 GMT', DAY_SECS],
  ])('with Retry-After: %s takes %i seconds', (value, secs) => {
    expect(waitOf({ 'retry-after': value })).toBe(secs * 1000)
  })

  it.each<[number, number]>([
    [0, 0],
    [NOW_SECS - 1, 0],
    [NOW_SECS, 0],
    [NOW_SECS + 5, 5],
    [NOW_SECS + DAY_SECS, DAY_SECS],
    [NOW_SECS + DAY_SECS + 1, DAY_SECS],
    [Date.UTC(2100, 0) / 1000, DAY_SECS],
    [1e15, DAY_SECS],
  ])('with a reset at %i takes %i seconds', (reset, secs) => {
    for (const limit of ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour']) {
      expect(waitOf({ [`${limit}-remaining`]: '0', [`${limit}-reset`]: String(reset) })).toBe(secs * 1000)
    }
  })

  it.each(['', 'soon', '-1', '1e300', '1.5', 'NaN', 'Infinity', 'Fri, 99 Jan 9999 99:99:99 GMT', '2100-01-01'])(
    'is unknown with %j',
    (value) => {
      expect(waitOf({ 'retry-after': value, 'x-rate-limit-reset': value })).toBe(undefined)
    },
  )
})
