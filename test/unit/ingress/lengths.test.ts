import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawFileLength, readLength } from '../../../src/ingress/lengths.ts'

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

describe('rawFileLength', () => {
  it('takes the length from any of the three', () => {
    expect(rawFileLength({ contentLength: '5' })).toBe(5)
    expect(rawFileLength({ uploadLength: '5' })).toBe(5)
    expect(rawFileLength({ totalBytes: '5' })).toBe(5)
    expect(rawFileLength({ contentLength: '5', uploadLength: '5', totalBytes: '5' })).toBe(5)
    expect(rawFileLength({})).toBeUndefined()
  })

  it.each([
    { contentLength: '5', uploadLength: '6' },
    { contentLength: '5', totalBytes: '6' },
    { uploadLength: '5', totalBytes: '6' },
  ])('refuses lengths that differ: %j', (declared) => {
    expect(() => rawFileLength(declared)).toThrow(expect.objectContaining({ code: 'length_conflict' }))
  })

  it('names the lengths that differ, and the text that is not a length', () => {
    expect(() => rawFileLength({ contentLength: '5', totalBytes: '6' })).toThrow(
      'The lengths differ: Content-Length is 5, total_bytes is 6. Send the same one, or only one.',
    )
    expect(() => rawFileLength({ uploadLength: '1e3' })).toThrow(
      'Upload-Length is "1e3". Send a whole number of bytes, in digits only.',
    )
    const long = '9'.repeat(41)
    expect(() => rawFileLength({ totalBytes: long })).toThrow(`total_bytes is "${long.slice(1)}…".`)
  })
})
