import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeParameters, readParameters, readQuery } from '../../../src/ingress/upload-parameters.ts'
import { MEDIA_CATEGORIES } from '../../../src/x/limits.ts'

const NAMES = ['media_type', 'media_category', 'total_bytes', 'additional_owners', 'shared', 'alt_text']

const invalid = (detail: string) => expect.objectContaining({ code: 'invalid_parameter', message: detail })

describe('readParameters', () => {
  it.each([
    ['media_type', 'a'.repeat(256), 'has 256 characters; the limit is 255.'],
    ['media_category', 'avatar', `is "avatar". Send one of ${MEDIA_CATEGORIES.join(', ')}.`],
    ['media_category', 'a'.repeat(50), `is "${'a'.repeat(40)}…". Send one of ${MEDIA_CATEGORIES.join(', ')}.`],
    ['additional_owners', '1,me', 'is "1,me". Send up to 100 user ids of 1 to 19 digits, separated by commas.'],
    ['additional_owners', Array(101).fill('1').join(), 'has 101 user ids; the limit is 100.'],
    ['shared', 'maybe', 'is "maybe". Send true or false.'],
    ['alt_text', 'a'.repeat(1204), 'has 1,204 characters; the limit is 1,000.'],
    ['alt_text', '😀'.repeat(1001), 'has 1,001 characters; the limit is 1,000.'],
  ])('says what is wrong with a %s, and what is right', (name, value, problem) => {
    expect(() => readParameters({ [name]: value })).toThrow(invalid(`\`${name}\` ${problem}`))
  })

  it('counts the characters of alternative text as JSON Schema does, so that an emoji is one', () => {
    expect(readParameters({ alt_text: '😀'.repeat(1000) })).toEqual({ alt_text: '😀'.repeat(1000) })
  })

  it.each([
    [true, ['true', '1', 'yes', 'on', 'True', 'ON']],
    [false, ['false', '0', 'no', 'off', 'False', 'OFF']],
  ])('reads shared as %s from any of its spellings', (shared, texts) => {
    for (const text of texts) expect(readParameters({ shared: text })).toEqual({ shared })
  })

  it('takes an empty field for one that was not sent', () => {
    expect(readParameters(Object.fromEntries(NAMES.map((name) => [name, ''])))).toEqual({})
  })

  it('ignores fields that are not parameters', () => {
    expect(readParameters({ ...{ toString: 'x', comment: 'x' }, shared: 'false' })).toEqual({ shared: false })
  })
})

describe('readQuery', () => {
  it.each([
    ['altText', 'alt_text'],
    ['Alt_Text', 'alt_text'],
    ['alt-text', 'alt_text'],
    ['ALTTEXT', 'alt_text'],
    ['mediaType', 'media_type'],
    ['media-category', 'media_category'],
    ['totalBytes', 'total_bytes'],
    ['additionalOwners', 'additional_owners'],
    ['_shared', 'shared'],
  ])('refuses %s, and names %s', (name, meant) => {
    expect(() => readQuery({ [name]: 'x' })).toThrow(
      invalid(`"${name}" is not a parameter. Did you mean \`${meant}\`?`),
    )
  })

  it('ignores every other unknown name', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        const plain = name.toLowerCase().replaceAll('_', '').replaceAll('-', '')
        fc.pre(!NAMES.some((known) => known.replaceAll('_', '') === plain))
        expect(readQuery({ [name]: value })).toEqual({})
      }),
    )
  })

  it('refuses a parameter that appears more than once, and ignores other names that do', () => {
    expect(() => readQuery({ shared: ['true', 'true'] })).toThrow(
      invalid('`shared` was sent more than once. Send it once.'),
    )
    expect(readQuery({ utm: ['a', 'b'], shared: 'true' })).toEqual({ shared: true })
  })
})

describe('mergeParameters', () => {
  it('refuses a parameter with two values', () => {
    expect(() => mergeParameters({ shared: true }, { shared: false })).toThrow(
      invalid('`shared` was sent with two values, "true" and "false". Send it once.'),
    )
    expect(mergeParameters({ shared: true }, { shared: true, alt_text: 'a' })).toEqual({ shared: true, alt_text: 'a' })
  })
})
