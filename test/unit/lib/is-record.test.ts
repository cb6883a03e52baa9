import { describe, expect, it } from 'vitest'
import { isRecord } from '../../../src/lib/is-record.ts'

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
