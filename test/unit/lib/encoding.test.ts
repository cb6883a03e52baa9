import { describe, expect, it } from 'vitest'
import { decodeBase64, toHex } from '../../../src/lib/encoding.ts'
import { isRecord } from '../../../src/lib/is-record.ts'

describe('toHex', () => {
  it('writes two digits for every byte', () => {
    expect(toHex(new Uint8Array([0, 10, 255]))).toBe('000aff')
  })
})

describe('decodeBase64', () => {
  it('returns the bytes, also those above 127', () => {
    expect(decodeBase64('AAr/')).toEqual(new Uint8Array([0, 10, 255]))
  })

  it('throws for a text that is not base64', () => {
    expect(() => decodeBase64('not base64!')).toThrow(DOMException)
  })
})

describe('isRecord', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    ['text', false],
    [undefined, false],
  ])('says for %j: %s', (value, expected) => {
    expect(isRecord(value)).toBe(expected)
  })
})
