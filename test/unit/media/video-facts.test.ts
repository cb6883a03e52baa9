import { describe, expect, it } from 'vitest'
import { createProbe } from '../../../src/media/probe.ts'
import { VIDEO_FORMATS } from '../../../src/media/video-formats.ts'
import type { MediaFacts } from '../../../src/media-facts.ts'
import { factsOf } from '../../support/ffprobe-facts.ts'
import { readVideoFixture, videoFixtures } from '../../support/video-fixtures.ts'

const FIRST_SEGMENT_BYTES = 8 * 1024
const MOST_FIXTURE_BYTES = 20_000

/** ffprobe counts the last frame of sound, of 26 ms at most, where we count the frames of the video. */
const DURATION_TOLERANCE_SECS = 0.03

/** What ffprobe takes from decoding frames rather than from what the file says, so that it is no measure. */
const DECODED: Readonly<Record<string, readonly string[]>> = {
  // Its decoder makes 4:2:0 of a stream without chroma.
  'chroma-400.mp4': ['video.chroma'],
  // ffmpeg has no encoder for HE-AAC: the frames are AAC-LC.
  'he-aac.mp4': ['audio.codec', 'audio.channels'],
  'he-aac-2.mp4': ['audio.codec', 'audio.channels'],
  'he-aac-extension.mp4': ['audio.codec', 'audio.channels'],
}

const fixtures = videoFixtures()

function probeWhole(name: string): MediaFacts | undefined {
  const errors: unknown[] = []
  const probe = createProbe({
    ...{ formats: VIDEO_FORMATS, firstSegmentBytes: FIRST_SEGMENT_BYTES },
    onError: (error) => errors.push(error),
  })
  probe.push(readVideoFixture(name))
  probe.end()
  expect(errors).toEqual([])
  return probe.facts()
}

/** The facts one by one, under names such as `video.codec`. */
function flatten(facts: object, prefix = ''): [name: string, value: unknown][] {
  return Object.entries(facts).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? flatten(value, `${prefix}${name}.`) : [[prefix + name, value]],
  )
}

function agree(name: string, ours: unknown, theirs: unknown): boolean {
  if (typeof ours !== 'number' || typeof theirs !== 'number') return ours === theirs
  return Math.abs(ours - theirs) <= (name === 'durationSecs' ? DURATION_TOLERANCE_SECS : 0.001)
}

describe('the facts of a video', () => {
  it('are tested with more than 60 small files', () => {
    expect(fixtures.length).toBeGreaterThan(60)
    for (const { name } of fixtures) expect(readVideoFixture(name).length, name).toBeLessThanOrEqual(MOST_FIXTURE_BYTES)
  })

  it.each(fixtures)('of $name are as expected', ({ name, facts }) => {
    expect(probeWhole(name)).toEqual(facts)
  })

  it.each(fixtures)('of $name agree with ffprobe wherever both know', ({ name, ffprobe }) => {
    const theirs = new Map(flatten(factsOf(ffprobe)))
    const both = flatten(probeWhole(name) ?? {}).filter(([fact]) => theirs.has(fact) && !DECODED[name]?.includes(fact))
    const wrong = both.filter(([fact, ours]) => !agree(fact, ours, theirs.get(fact)))
    expect(wrong.map(([fact, ours]) => `${fact}: ${ours}, but ffprobe says ${theirs.get(fact)}`)).toEqual([])
    expect(both.length).toBeGreaterThanOrEqual(4)
  })

  it('tell all that a rule needs, whatever ffmpeg put into an MP4', () => {
    const mp4 = fixtures.filter(({ facts }) => facts.container === 'mp4' && facts.video?.codec === 'avc1')
    for (const { name, facts } of mp4) {
      const names = flatten(facts).map(([fact]) => fact)
      const needed = ['width', 'height', 'durationSecs', 'frameRate', 'frames', 'video.chroma', 'video.longestGop']
      expect(names, name).toEqual(expect.arrayContaining(needed))
    }
  })
})
