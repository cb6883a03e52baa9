import { describe, expect, it } from 'vitest'
import { mergeParameters, readParameters } from '../../../src/ingress/upload-parameters.ts'
import { MEDIA_CATEGORIES } from '../../../src/x/limits.ts'

describe('readParameters', () => {
  it.each([
    ['media_type', 'a'.repeat(256), 'a media type such as image/png'],
    ['media_category', 'avatar', `one of ${MEDIA_CATEGORIES.join(', ')}`],
    ['additional_owners', '1,me', 'up to 100 user ids, separated by commas'],
    ['shared', 'yes', 'true or false'],
    ['alt_text', 'a'.repeat(1001), 'up to 1,000 characters'],
  ])('says what a valid %s is', (name, value, expected) => {
    expect(() => readParameters({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'invalid_parameter',
        message: `\`${name}\` is not valid. Send ${expected}.`,
      }),
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
