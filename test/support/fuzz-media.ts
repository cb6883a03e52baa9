import process from 'node:process'
import { IMAGE_FORMATS, SUBTITLE_FORMATS } from '../../src/media/image-formats.ts'
import { createProbe } from '../../src/media/probe.ts'
import { VIDEO_FORMATS } from '../../src/media/video-formats.ts'
import type { MediaFacts } from '../../src/media-facts.ts'
import { IMAGE_FIXTURES } from './image-facts.ts'
import { readFixture } from './media-fixtures.ts'
import { createRandom, mutate } from './mutations.ts'
import { readVideoFixture, videoFixtures } from './video-fixtures.ts'

/** What a run over mutated files came to. */
export interface FuzzResult {
  inputs: number
  /** Inputs that a reader gave up on. */
  contradictions: number
  /** Inputs of which a width or a sound was known all the same. */
  read: number
  /** CPU time. */
  slowestMs: number
  /** Facts that cannot be, and anything thrown; each with the number of its input. */
  failures: string[]
}

const FIRST_SEGMENT_BYTES = 8 * 1024

const FORMATS = [...IMAGE_FORMATS, ...SUBTITLE_FORMATS, ...VIDEO_FORMATS]

/** Reads mutated files of all formats in pieces of any size, as a probe is given them. */
export function fuzzMedia(inputs: number, seed: number): FuzzResult {
  const files = [
    ...videoFixtures().map(({ name }) => readVideoFixture(name)),
    ...IMAGE_FIXTURES.map(({ file }) => readFixture(file)),
  ]
  const random = createRandom(seed)
  const pick = () => files[Math.floor(random() * files.length)] ?? new Uint8Array()
  const result: FuzzResult = { inputs, contradictions: 0, read: 0, slowestMs: 0, failures: [] }
  for (let input = 0; input < inputs; input++) {
    const file = mutate(pick(), pick(), random)
    const before = process.cpuUsage()
    try {
      const probe = createProbe({
        formats: FORMATS,
        firstSegmentBytes: FIRST_SEGMENT_BYTES,
        onError: () => result.contradictions++,
      })
      for (let at = 0; at < file.length; ) {
        const size = 1 + Math.floor(random() ** 4 * file.length)
        probe.push(file.subarray(at, at + size))
        at += size
      }
      probe.end()
      const facts = probe.facts()
      if (facts?.width ?? facts?.audio) result.read += 1
      for (const wrong of impossible(facts)) result.failures.push(`${input}: ${wrong}`)
    } catch (error) {
      result.failures.push(`${input}: ${error}`)
    }
    result.slowestMs = Math.max(result.slowestMs, cpuMs(before))
  }
  return result
}

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Numbers that are none, or not above 0. */
function impossible(facts: MediaFacts | undefined): string[] {
  const { video = {}, audio = {}, ...others } = facts ?? {}
  return Object.entries({ ...others, ...video, ...audio })
    .filter(([, value]) => typeof value === 'number' && !(value > 0 && value < Number.POSITIVE_INFINITY))
    .map(([name, value]) => `${name} is ${value}`)
}
