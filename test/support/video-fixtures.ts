import type { MediaFacts } from '../../src/media-facts.ts'
import type { Probed } from './ffprobe-facts.ts'
import { readFixture } from './media-fixtures.ts'

/** A small real video of test/fixtures/media-facts. */
export interface VideoFixture {
  name: string
  /** What a probe must say whose first segment has 8 KiB. */
  facts: MediaFacts
  ffprobe: Probed
}

export function videoFixtures(): VideoFixture[] {
  const list: Record<string, Omit<VideoFixture, 'name'>> = JSON.parse(
    new TextDecoder().decode(readVideoFixture('videos.json')),
  )
  return Object.entries(list).map(([name, recorded]) => ({ name, ...recorded }))
}

export function readVideoFixture(name: string): Uint8Array<ArrayBuffer> {
  return readFixture(`media-facts/${name}`)
}
