import { expect, it } from 'vitest'
import { VIDEO_FORMATS } from '../../../src/media/video-formats.ts'
import { fuzzMedia } from '../../support/fuzz-media.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

/** `bench/fuzz-media.ts` reads 200,000. */
const INPUTS = 2000

it('mutated videos are read or given up, and never told what cannot be', () => {
  const files = videoFixtures().map(({ name }) => readVideoFixture(name))
  const result = fuzzMedia({ files, formats: VIDEO_FORMATS, inputs: INPUTS, seed: 20_261_127 })
  expect(result.failures).toEqual([])
  // The mutations are neither harmless nor hopeless.
  expect(result.contradictions).toBeGreaterThan(INPUTS / 20)
  expect(result.read).toBeGreaterThan(INPUTS / 4)
})
