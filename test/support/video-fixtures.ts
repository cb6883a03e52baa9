import { readFileSync } from 'node:fs'
import type { MediaFacts } from '../../src/media/facts.ts'
import type { Probed } from './ffprobe-facts.ts'

/** A small real video of test/fixtures/media-facts. */
export interface VideoFixture {
  name: string
  /** What a probe must say whose first segment has 8 KiB. */
  facts: MediaFacts
  ffprobe: Probed
}

const folder = new URL('../fixtures/media-facts/', import.meta.url)

export function videoFixtures(): VideoFixture[] {
  const list: Record<string, Omit<VideoFixture, 'name'>> = JSON.parse(
    readFileSync(new URL('videos.json', folder), 'utf8'),
  )
  return Object.entries(list).map(([name, recorded]) => ({ name, ...recorded }))
}

export function readVideoFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, folder)))
}
