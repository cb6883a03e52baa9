import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDelimiterSearch } from '../../../src/ingress/multipart-delimiter.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A boundary, and text out of few characters and of pieces of its delimiter: random bytes would never come near one. */
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

/** The longest end of the text that the delimiter begins with, and does not end with. */
function longestBeginning(text: string, delimiter: string): number {
  for (let length = Math.min(text.length, delimiter.length - 1); length > 0; length--) {
    if (text.endsWith(delimiter.slice(0, length))) return length
  }
  return 0
}

/** The same bytes, and how often one of them was looked at: by its index, or by a method that may look at them all. */
function counting(bytes: Uint8Array): { bytes: Uint8Array; looks: () => number } {
  let looks = 0
  const counted = (view: Uint8Array): Uint8Array =>
    new Proxy(view, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++
        // Getters and methods of typed arrays know no proxy.
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return value
        if (key === 'subarray') return (begin?: number, end?: number) => counted(target.subarray(begin, end))
        if (key === 'indexOf') {
          return (byte: number, from = 0) => {
            const index = target.indexOf(byte, from)
            looks += (index < 0 ? target.length : index + 1) - from
            return index
          }
        }
        looks += target.length
        return value.bind(target)
      },
    })
  return { bytes: counted(bytes), looks: () => looks }
}

describe('createDelimiterSearch', () => {
  it('finds the first delimiter, where a naive search finds it', () => {
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

  it('holds back the longest end that a delimiter begins with, and no more', () => {
    let held = 0
    fc.assert(
      fc.property(searched, ({ boundary, text: all }) => {
        const delimiter = `\r\n--${boundary}`
        const text = all.replaceAll(delimiter, '')
        fc.pre(!text.includes(delimiter))
        const longest = longestBeginning(text, delimiter)
        if (longest > 0) held++
        expect(createDelimiterSearch(boundary).heldAtEnd(bytesOf(text))).toBe(longest)
      }),
      { seed: 1, numRuns: 5000 },
    )
    expect(held).toBeGreaterThan(500)
  })

  it('finds it over a cut where what is held back is searched again with what follows', () => {
    fc.assert(
      fc.property(searched, fc.nat(), ({ boundary, text }, at) => {
        const { indexIn, heldAtEnd } = createDelimiterSearch(boundary)
        const bytes = bytesOf(text)
        const cut = at % (bytes.length + 1)
        if (indexIn(bytes.subarray(0, cut)) >= 0) return
        const from = cut - heldAtEnd(bytes.subarray(0, cut))
        const index = indexIn(bytes.subarray(from))
        expect(index < 0 ? index : from + index).toBe(text.indexOf(`\r\n--${boundary}`))
      }),
      { seed: 1, numRuns: 5000 },
    )
  })

  it('searches all bytes it is given, whatever they are, and no others', () => {
    const around = bytesOf('x\r\n--b\r\n--b')
    const { indexIn, heldAtEnd } = createDelimiterSearch('b')
    expect(indexIn(around.subarray(2, 9))).toBe(-1)
    expect(heldAtEnd(around.subarray(2, 9))).toBe(3)
    expect(indexIn(new Uint8Array(1000).fill(255))).toBe(-1)
    expect(heldAtEnd(new Uint8Array(0))).toBe(0)
  })

  const LONG = 70
  it.each([
    ['nothing of it', 'a'.repeat(LONG), 'x'],
    ['its last character', 'a'.repeat(LONG), 'a'],
    ['only line ends', 'a'.repeat(LONG), '\r'],
    ['all of it but the first character', 'a'.repeat(LONG), `\n--${'a'.repeat(LONG)}`],
    ['all of it but the last character', 'a'.repeat(LONG), `\r\n--${'a'.repeat(LONG - 1)}`],
    ['all of it but one character in the middle', `${'a'.repeat(35)}b${'a'.repeat(34)}`, `\r\n--${'a'.repeat(LONG)}`],
    ['line ends as far apart as it is long', 'a'.repeat(LONG), `\r${'a'.repeat(LONG + 3)}`],
    ['line ends farther apart', 'a'.repeat(LONG), `\r${'a'.repeat(200)}`],
    ['line ends close together', 'a'.repeat(10), `\r${'a'.repeat(20)}`],
    ['dashes', '-'.repeat(LONG), '\r\n----'],
    ['one character', '-', '\r\n--\r\n-'],
  ])('looks at every byte three times at most, where the file repeats %s', (_, boundary, unit) => {
    const size = 100_000
    const { bytes, looks } = counting(bytesOf(unit.repeat(Math.ceil(size / unit.length))))
    expect(createDelimiterSearch(boundary).indexIn(bytes)).toBe(-1)
    expect(looks()).toBeLessThanOrEqual(3 * bytes.length)
  })

  it('skips most of a file that has nothing of the boundary', () => {
    const { bytes, looks } = counting(new Uint8Array(100_000))
    createDelimiterSearch('a'.repeat(LONG)).indexIn(bytes)
    expect(looks()).toBeGreaterThan(0)
    expect(looks()).toBeLessThan(bytes.length / 20)
  })

  it('looks at the end only to tell what to hold back', () => {
    const { bytes, looks } = counting(bytesOf(`${'\r\n--'.repeat(25_000)}\r\n--aa`))
    expect(createDelimiterSearch('a'.repeat(LONG)).heldAtEnd(bytes)).toBe(6)
    expect(looks()).toBeGreaterThan(0)
    expect(looks()).toBeLessThan(3 * LONG)
  })
})
