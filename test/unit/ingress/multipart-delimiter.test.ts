import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDelimiterSearch } from '../../../src/ingress/multipart-delimiter.ts'
import { counted } from '../../support/counted-bytes.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A boundary, and text of few characters and pieces of its delimiter; random bytes would never resemble one. */
const searched: fc.Arbitrary<{ boundary: string; text: string }> = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 6 }),
    fc.tuple(fc.constantFrom('a', '-'), fc.integer({ min: 1, max: 70 })).map(([one, times]) => one.repeat(times)),
    fc.string({ unit: fc.constantFrom(...'-0aZ.'), minLength: 60, maxLength: 70 }),
  )
  .chain((boundary) => {
    const delimiter = `\r\n--${boundary}`
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('\r', '\n', '-', '\r\n', ...boundary.slice(0, 6)) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.nat({ max: delimiter.length }), fc.nat({ max: delimiter.length }))
          .map(([from, to]) => delimiter.slice(from, to)),
      },
      { weight: 1, arbitrary: fc.nat({ max: delimiter.length - 1 }).map((length) => delimiter.slice(0, length)) },
      { weight: 1, arbitrary: fc.constant(delimiter) },
      { weight: 1, arbitrary: fc.integer({ min: 5, max: 150 }).map((times) => delimiter.slice(-1).repeat(times)) },
    )
    return fc.array(piece, { maxLength: 30 }).map((pieces) => ({ boundary, text: pieces.join('') }))
  })

/** Length of the longest end of the text that is a start of the delimiter, but not all of it. */
function longestPartial(text: string, delimiter: string): number {
  for (let length = Math.min(text.length, delimiter.length - 1); length > 0; length--) {
    if (text.endsWith(delimiter.slice(0, length))) return length
  }
  return 0
}

describe('createDelimiterSearch', () => {
  it('finds the first delimiter where a naive search finds it', () => {
    const seen = { found: 0, missing: 0 }
    fc.assert(
      fc.property(searched, ({ boundary, text }) => {
        const index = text.indexOf(`\r\n--${boundary}`)
        seen[index < 0 ? 'missing' : 'found']++
        expect(createDelimiterSearch(boundary).indexIn(bytesOf(text))).toBe(index)
      }),
      { seed: 1, numRuns: 5000 },
    )
    expect(Math.min(seen.found, seen.missing)).toBeGreaterThan(500)
  })

  it('recognizes the longest end that may start a delimiter, and no more', () => {
    let partials = 0
    fc.assert(
      fc.property(searched, ({ boundary, text: all }) => {
        const delimiter = `\r\n--${boundary}`
        const text = all.replaceAll(delimiter, '')
        fc.pre(!text.includes(delimiter))
        const longest = longestPartial(text, delimiter)
        if (longest > 0) partials++
        expect(createDelimiterSearch(boundary).partialAtEnd(bytesOf(text))).toBe(longest)
      }),
      { seed: 1, numRuns: 5000 },
    )
    expect(partials).toBeGreaterThan(500)
  })

  it('finds a delimiter across two reads when the partial one is searched again with the second', () => {
    fc.assert(
      fc.property(searched, fc.nat(), ({ boundary, text }, at) => {
        const { indexIn, partialAtEnd } = createDelimiterSearch(boundary)
        const bytes = bytesOf(text)
        const cut = at % (bytes.length + 1)
        if (indexIn(bytes.subarray(0, cut)) >= 0) return
        const from = cut - partialAtEnd(bytes.subarray(0, cut))
        const index = indexIn(bytes.subarray(from))
        expect(index < 0 ? index : from + index).toBe(text.indexOf(`\r\n--${boundary}`))
      }),
      { seed: 1, numRuns: 5000 },
    )
  })

  it('searches all bytes of the view, and no others in its buffer', () => {
    const around = bytesOf('x\r\n--b\r\n--b')
    const { indexIn, partialAtEnd } = createDelimiterSearch('b')
    expect(indexIn(around.subarray(2, 9))).toBe(-1)
    expect(partialAtEnd(around.subarray(2, 9))).toBe(3)
    expect(indexIn(new Uint8Array(1000).fill(255))).toBe(-1)
    expect(partialAtEnd(new Uint8Array(0))).toBe(0)
  })

  const LONG = 70
  it.each([
    ['nothing of the delimiter', 'a'.repeat(LONG), 'x'],
    ['its last character', 'a'.repeat(LONG), 'a'],
    ['only CRs', 'a'.repeat(LONG), '\r'],
    ['all but its first character', 'a'.repeat(LONG), `\n--${'a'.repeat(LONG)}`],
    ['all but its last character', 'a'.repeat(LONG), `\r\n--${'a'.repeat(LONG - 1)}`],
    ['all but one character in its middle', `${'a'.repeat(35)}b${'a'.repeat(34)}`, `\r\n--${'a'.repeat(LONG)}`],
    ['CRs as far apart as the delimiter is long', 'a'.repeat(LONG), `\r${'a'.repeat(LONG + 3)}`],
    ['CRs farther apart', 'a'.repeat(LONG), `\r${'a'.repeat(200)}`],
    ['CRs close together', 'a'.repeat(10), `\r${'a'.repeat(20)}`],
    ['dashes', '-'.repeat(LONG), '\r\n----'],
    ['a boundary of one character', '-', '\r\n--\r\n-'],
  ])('looks at each byte at most three times when the file repeats %s', (_, boundary, unit) => {
    const size = 100_000
    const { bytes, reads } = counted(bytesOf(unit.repeat(Math.ceil(size / unit.length))))
    expect(createDelimiterSearch(boundary).indexIn(bytes)).toBe(-1)
    expect(reads()).toBeLessThanOrEqual(3 * bytes.length)
  })

  it('skips most of a file that has no part of the boundary', () => {
    const { bytes, reads } = counted(new Uint8Array(100_000))
    createDelimiterSearch('a'.repeat(LONG)).indexIn(bytes)
    expect(reads()).toBeGreaterThan(0)
    expect(reads()).toBeLessThan(bytes.length / 20)
  })

  it('looks only at the end for a partial delimiter', () => {
    const { bytes, reads } = counted(bytesOf(`${'\r\n--'.repeat(25_000)}\r\n--aa`))
    expect(createDelimiterSearch('a'.repeat(LONG)).partialAtEnd(bytes)).toBe(6)
    expect(reads()).toBeGreaterThan(0)
    expect(reads()).toBeLessThan(3 * LONG)
  })
})
