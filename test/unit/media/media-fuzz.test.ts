import { expect, it } from 'vitest'
import { fuzzMedia } from '../../support/fuzz-media.ts'

/** `bench/fuzz-media.ts` reads 200,000. */
const INPUTS = 2000

it('mutated files are read or given up, and never told what cannot be', () => {
  const result = fuzzMedia(INPUTS, 20_261_127)
  expect(result.failures).toEqual([])
  // The mutations are neither harmless nor hopeless.
  expect(result.contradictions).toBeGreaterThan(INPUTS / 20)
  expect(result.read).toBeGreaterThan(INPUTS / 4)
})
