import { describe, expect, it } from 'vitest'
import { createSrtReader } from '../../../src/media/subtitles.ts'
import { ascii } from '../../support/bytes.ts'
import { readFacts } from '../../support/image-facts.ts'
import { readFixture } from '../../support/media-fixtures.ts'

describe('subtitles', () => {
  it('have no duration before their end', () => {
    const reader = createSrtReader()
    reader.push(readFixture('media/captions.srt'))
    expect(reader.facts()).toEqual({ container: 'srt' })
    reader.end()
    expect(reader.facts()).toEqual({ container: 'srt', durationSecs: 6 })
    expect(reader.done).toBe(true)
  })

  it.each([
    ['a fraction of one digit', '00:00:01,0 --> 00:00:02,5', 2.5],
    ['no hours', '00:01.000 --> 59:59.999', 3599.999],
    ['settings of any length behind its times', `00:01.000 --> 00:02.000 ${'line:1 '.repeat(5000)}`, 2],
    ['no arrow', '00:00:01,000 - 00:00:02,000', undefined],
    ['an end without a fraction', '00:00:01,000 --> 00:00:02', undefined],
    ['a fraction of four digits', '00:00:01,000 --> 00:00:02,0000', undefined],
  ])('may have a cue with %s', (_, cue, durationSecs) => {
    expect(readFacts('vtt', ascii(`WEBVTT\n\n${cue}\nText`)).durationSecs).toBe(durationSecs)
  })
})
