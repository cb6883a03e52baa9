import { describe, expect, it } from 'vitest'
import { mergeParameters, readParameters } from '../../../src/ingress/upload-parameters.ts'
import { MEDIA_CATEGORIES } from '../../../src/x/limits.ts'

describe('readParameters', () => {
  it.each([
    ['media_type', 'a'.repeat(256), 'has 256 characters. Send a media type such as image/png.'],
    ['media_category', 'avatar', `is "avatar". Send one of ${MEDIA_CATEGORIES.join(', ')}.`],
    ['additional_owners', '1,me', 'is "1,me". Send up to 100 user ids, separated by commas.'],
    ['additional_owners', '1,'.repeat(150), `is "${'1,'.repeat(20)}…". Send up to 100 user ids, separated by commas.`],
    ['shared', 'yes', 'is "yes". Send true or false.'],
    ['alt_text', 'a'.repeat(1204), 'has 1,204 characters. Send at most 1,000.'],
    ['alt_text', ['a', 'b'], 'is in the query more than once. Send it once.'],
  ])('says what is wrong with %s and what to send', (name, value, detail) => {
    expect(() => readParameters({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'invalid_parameter', message: `\`${name}\` ${detail}` }),
    )
  })

  it('ignores fields that are not parameters', () => {
    expect(readParameters({ ...{ toString: 'x', comment: 'x' }, shared: 'false' })).toEqual({ shared: false })
  })
})

describe('mergeParameters', () => {
  it('refuses a parameter whose values in the query and the fields differ', () => {
    expect(() => mergeParameters({ shared: true }, { shared: false })).toThrow(
      'The query and the fields differ in `shared`. Send it once.',
    )
    expect(mergeParameters({ shared: true }, { shared: true, alt_text: 'a' })).toEqual({ shared: true, alt_text: 'a' })
  })
})
