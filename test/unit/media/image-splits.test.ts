import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FactsReader, ReadFacts } from '../../../src/media/facts-reader.ts'
import { counted } from '../../support/counted-bytes.ts'
import { IMAGE_FIXTURES, READERS, type ReaderName } from '../../support/image-facts.ts'
import { readFixture } from '../../support/media-fixtures.ts'
import { createRandom, mutate } from '../../support/mutations.ts'

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

const mutated = fc
  .record({ fixture, other: fixture, seed: fc.nat() })
  .map(({ fixture: { name, bytes }, other, seed }) => ({ name, bytes: mutate(bytes, other.bytes, createRandom(seed)) }))

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
