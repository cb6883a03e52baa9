import { describe, expect, it } from 'vitest'
import { IMAGE_FIXTURES, type OracleFacts, READERS, readFacts } from '../../support/image-facts.ts'
import { readFixture } from '../../support/media-fixtures.ts'

const MAX_FIXTURE_BYTES = 20 * 1024

/** What an oracle says, as far as the reader says it too. */
function agreed(oracle: OracleFacts, facts: OracleFacts): OracleFacts {
  return Object.fromEntries(Object.entries(oracle).filter(([name]) => name in facts))
}

describe('the files that readers of images and subtitles are tested with', () => {
  it('are many, small, and of every format', () => {
    expect(IMAGE_FIXTURES.filter(({ made }) => made !== undefined).length).toBeGreaterThanOrEqual(30)
    expect(new Set(IMAGE_FIXTURES.map(({ reader }) => reader))).toEqual(new Set(Object.keys(READERS)))
    for (const { file } of IMAGE_FIXTURES) expect(readFixture(file).length).toBeLessThanOrEqual(MAX_FIXTURE_BYTES)
  })

  it.each(IMAGE_FIXTURES)('say what is recorded of them: $file', ({ file, reader, facts }) => {
    expect(readFacts(reader, readFixture(file))).toEqual(facts)
  })

  it.each(IMAGE_FIXTURES.filter(({ ffprobe }) => ffprobe))('agree with ffprobe: $file', (fixture) => {
    const { file, reader, ffprobe = {}, sharp } = fixture
    const facts = readFacts(reader, readFixture(file))
    // ffprobe has the size as stored.
    const isTurned = (sharp?.orientation ?? 1) >= 5
    const stored = isTurned ? { ...facts, width: facts.height, height: facts.width } : facts
    expect(stored).toMatchObject(agreed(ffprobe, facts))
  })

  it.each(IMAGE_FIXTURES.filter(({ sharp }) => sharp))('agree with sharp: $file', ({ file, reader, sharp = {} }) => {
    const facts = readFacts(reader, readFixture(file))
    expect(facts).toMatchObject(agreed(sharp, facts))
  })
})
