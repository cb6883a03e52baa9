import { expect, it } from 'vitest'
import { createTextFilter } from '../../../src/x/text-filter.ts'

/** Its words are short enough to be left in a text. */
const token = 'AbCd3fGh-Ijk_lmN0.pQrStUvWx~yz'
const filter = createTextFilter({ token })
const characters = [...token].map((char) => char.charCodeAt(0))

it.each([
  ['its first half', token.slice(0, 15)],
  ['its second half', token.slice(15)],
  ['its wide letters', String.fromCharCode(...characters.map((code) => code + 0xfee0))],
  ['its letters with accents', [...token].join('\u0301')],
])('drops a text with %s', (_, echo) => {
  expect(filter(`Invalid token ${echo}.`)).toBeUndefined()
})

it('leaves out characters that are URL-encoded more than once', () => {
  const encoded = characters.map((code) => `%25${code.toString(16)}`).join('')
  expect(filter(`Invalid token ${encoded}.`)).toBe('Invalid token ….')
})

it('keeps a text that shares a few letters with the token', () => {
  expect(filter('The abcd of ijk, 15 bytes.')).toBe('The abcd of ijk, 15 bytes.')
})
