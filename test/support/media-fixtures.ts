import { readdirSync, readFileSync } from 'node:fs'
import { joined } from './bytes.ts'

const folder = new URL('../fixtures/', import.meta.url)

/** The bytes of a file in test/fixtures. */
export function readFixture(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, folder)))
}

/** The names of the small real files in test/fixtures/media. */
export function mediaFixtures(): string[] {
  return readdirSync(new URL('media/', folder)).filter((name) => name !== 'answers.ts')
}

/** The bytes of one of them. */
export function readMediaFixture(name: string): Uint8Array<ArrayBuffer> {
  return readFixture(`media/${name}`)
}

/** A GIF of the fixtures with a comment of so many bytes before its first image, which moves the images out of the head. */
export function commentedGif(name: string, commentBytes: number): Uint8Array<ArrayBuffer> {
  const gif = readMediaFixture(name)
  const flags = gif[10] ?? 0
  const start = 13 + (flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0)
  const block = joined([0xff], new Uint8Array(255).fill(32))
  const comment = Array.from({ length: Math.ceil(commentBytes / 256) }, () => block)
  return joined(gif.subarray(0, start), [0x21, 0xfe], ...comment, [0], gif.subarray(start))
}
