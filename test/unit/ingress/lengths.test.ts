import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFileLength, formFileLength, rawFileLength, readLength } from '../../../src/ingress/lengths.ts'

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

describe('formFileLength', () => {
  it('infers the length from Content-Length: what is left of it for the file, its closing boundary and its ending', () => {
    const inferred = (contentLength: string, endingBytes: number) => formFileLength({ contentLength }, 100, endingBytes)
    expect(inferred('1000', 2)).toEqual({ totalBytes: 896, isInferred: true, maxTotalBytes: 898 })
    expect(inferred('1000', 0)).toEqual({ totalBytes: 898, isInferred: true, maxTotalBytes: 898 })
    expect(inferred('103', 2)).toEqual({ totalBytes: 1, isInferred: true, maxTotalBytes: 1 })
    expect(inferred('102', 2)).toMatchObject({ maxTotalBytes: 0 })
    expect(() => inferred('101', 2)).toThrow(expect.objectContaining({ code: 'body_incomplete' }))
  })

  it('prefers a declared length, which must leave room for the form', () => {
    const told = { totalBytes: 5, isInferred: false, maxTotalBytes: 5 }
    expect(formFileLength({ totalBytes: '5' }, 100, 2)).toEqual(told)
    expect(formFileLength({ totalBytes: '5', contentLength: '107' }, 100, 2)).toEqual(told)
    expect(formFileLength({ uploadLength: '5', contentLength: '9999' }, 100, 2)).toEqual(told)
    expect(() => formFileLength({ totalBytes: '5', contentLength: '106' }, 100, 2)).toThrow(
      'The file has 5 bytes, but Content-Length leaves room for 4 bytes. Correct one of them.',
    )
  })

  it('tells nothing when the request declares nothing', () => {
    expect(formFileLength({}, 100, 2)).toEqual({ totalBytes: undefined, isInferred: false, maxTotalBytes: undefined })
  })
})

describe('checkFileLength', () => {
  it('compares a file with every declared length', () => {
    checkFileLength({}, 5)
    checkFileLength({ contentLength: '999' }, 5)
    checkFileLength({ totalBytes: '5', uploadLength: '5' }, 5)
    expect(() => checkFileLength({ totalBytes: '4' }, 5)).toThrow('The file has more than the 4 bytes declared.')
    expect(() => checkFileLength({ uploadLength: '6' }, 5)).toThrow(
      'The file ended after 5 bytes, but 6 bytes were declared.',
    )
    expect(() => checkFileLength({ totalBytes: '5', uploadLength: '6' }, 5)).toThrow(
      expect.objectContaining({ code: 'length_conflict' }),
    )
  })
})
