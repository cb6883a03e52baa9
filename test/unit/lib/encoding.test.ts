import { describe, expect, it } from 'vitest'
import { decodeBase64, toHex } from '../../../src/lib/encoding.ts'

describe('toHex', () => {
  it('writes two lower-case digits for every byte', () => {
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
