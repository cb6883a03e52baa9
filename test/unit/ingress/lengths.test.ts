import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawLength, readLength } from '../../../src/ingress/lengths.ts'

describe('readLength', () => {
  it('reads every safe whole number in decimal digits', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (length) => readLength('n', String(length)) === length))
  })

  it.each(['abc', '1,1', '-1', '+1', '1.0', '1e3', '0x10', '', ' 1', '1 ', '9007199254740992', '9'.repeat(30), '١'])(
    'refuses %j',
    (text) => {
      expect(() => readLength('Content-Length', text)).toThrow(expect.objectContaining({ code: 'invalid_length' }))
    },
  )

  it('reads the largest safe whole number', () => {
    expect(readLength('n', '9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('rawLength', () => {
  it('is what any one of the three says', () => {
    expect(rawLength({ contentLength: '5' })).toBe(5)
    expect(rawLength({ uploadLength: '5' })).toBe(5)
    expect(rawLength({ totalBytes: '5' })).toBe(5)
    expect(rawLength({ contentLength: '5', uploadLength: '5', totalBytes: '5' })).toBe(5)
    expect(rawLength({})).toBeUndefined()
  })

  it.each([
    { contentLength: '5', uploadLength: '6' },
    { contentLength: '5', totalBytes: '6' },
    { uploadLength: '5', totalBytes: '6' },
  ])('refuses disagreement: %j', (declared) => {
    expect(() => rawLength(declared)).toThrow(expect.objectContaining({ code: 'length_conflict' }))
  })
})
