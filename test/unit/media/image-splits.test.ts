import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FactsReader, ReadFacts } from '../../../src/media/facts-reader.ts'
import { counted } from '../../support/counted-bytes.ts'
import { IMAGE_FIXTURES, READERS, type ReaderName, readFixture } from '../../support/image-facts.ts'

const SEED = 20_261_127
const MAX_SAVED_BYTES = 1024
/** Of the first bytes, after each of which a reader continues from what it has saved. */
const SAVED_CUTS = 150

type Way = 'pushed' | 'skipped' | 'saved'

interface Outcome {
  facts: ReadFacts
  /** The message of a contradiction, which ends the reading. */
  error?: string
}

/** Reads a file cut at these offsets; between the pieces the reader may continue from what it has saved. */
function readPieces(name: ReaderName, bytes: Uint8Array, cuts: readonly number[], way: Way): Outcome {
  let reader = READERS[name]()
  const ends = [...cuts, bytes.length].toSorted((a, b) => a - b)
  try {
    let start = 0
    for (const end of ends) {
      give(reader, bytes.subarray(start, end), way)
      start = end
      if (way === 'saved') reader = continued(name, reader)
    }
    reader.end()
    if (way === 'saved') reader = continued(name, reader)
    return { facts: reader.facts() }
  } catch (error) {
    // A mistake of the reader's own, such as a RangeError, is no contradiction of the file's.
    if (!(error instanceof Error) || error.constructor !== Error) throw error
    return { facts: reader.facts(), error: error.message }
  }
}

function give(reader: FactsReader, bytes: Uint8Array, way: Way): void {
  const skipped = way === 'skipped' ? Math.min(reader.skippable, bytes.length) : 0
  reader.skip(skipped)
  reader.push(bytes.subarray(skipped))
}

function continued(name: ReaderName, reader: FactsReader): FactsReader {
  const text = JSON.stringify(reader.save())
  expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(MAX_SAVED_BYTES)
  return READERS[name](JSON.parse(text))
}

const WAYS: readonly Way[] = ['pushed', 'skipped', 'saved']
const fixture = fc.constantFrom(
  ...IMAGE_FIXTURES.map(({ file, reader }) => ({ name: reader, bytes: readFixture(file) })),
)

/** A file with bytes changed, repeated or cut out, many of them near its beginning, where headers are. */
const mutated = fc
  .record({
    fixture,
    changes: fc.array(
      fc.record({
        at: fc.nat(),
        near: fc.boolean(),
        byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
      }),
      {
        maxLength: 6,
      },
    ),
    cut: fc.record({ at: fc.nat(), bytes: fc.nat(40) }),
    repeated: fc.record({ at: fc.nat(), bytes: fc.nat(40) }),
  })
  .map(({ fixture: { name, bytes }, changes, cut, repeated }) => {
    const changed = bytes.slice()
    for (const { at, near, byte } of changes)
      changed[at % (near ? Math.min(80, changed.length) : changed.length)] = byte
    const cutAt = cut.at % changed.length
    const shorter = [...changed.subarray(0, cutAt), ...changed.subarray(cutAt + cut.bytes)]
    const repeatAt = repeated.at % (shorter.length + 1)
    return {
      name,
      bytes: Uint8Array.from(shorter.toSpliced(repeatAt, 0, ...shorter.slice(repeatAt, repeatAt + repeated.bytes))),
    }
  })

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const within = (numbers: readonly number[], { length }: Uint8Array) => numbers.map((number) => number % (length + 1))

describe('the readers of images and subtitles', () => {
  it.each(IMAGE_FIXTURES)('find the same in a file given byte by byte: $file', ({ file, reader, facts }) => {
    const bytes = readFixture(file)
    const everywhere = [...bytes.keys()]
    for (const way of ['pushed', 'skipped'] as const) {
      expect(readPieces(reader, bytes, everywhere, way)).toEqual({ facts })
    }
    expect(readPieces(reader, bytes, everywhere.slice(0, SAVED_CUTS), 'saved')).toEqual({ facts })
  })

  it('find the same in any pieces, skipping or continuing in another process', () => {
    fc.assert(
      fc.property(fixture, cuts, fc.constantFrom(...WAYS), ({ name, bytes }, numbers, way) => {
        expect(readPieces(name, bytes, within(numbers, bytes), way)).toEqual(readPieces(name, bytes, [], 'pushed'))
      }),
      { numRuns: 1000, seed: SEED },
    )
  })

  it('find the same, or the same contradiction, in a broken file, in whatever pieces', () => {
    let contradictions = 0
    fc.assert(
      fc.property(mutated, cuts, fc.constantFrom(...WAYS), ({ name, bytes }, numbers, way) => {
        const outcome = readPieces(name, bytes, [], 'pushed')
        if (outcome.error !== undefined) contradictions += 1
        expect(readPieces(name, bytes, within(numbers, bytes), way)).toEqual(outcome)
      }),
      { numRuns: 3000, seed: SEED },
    )
    expect(contradictions).toBeGreaterThan(100)
  })

  it('look at each byte of a broken file once at most', () => {
    fc.assert(
      fc.property(mutated, ({ name, bytes }) => {
        const { bytes: watched, reads } = counted(bytes)
        const reader = READERS[name]()
        try {
          reader.push(watched)
        } catch {
          // What was read until the contradiction counts.
        }
        expect(reads()).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 1000, seed: SEED },
    )
  })
})
