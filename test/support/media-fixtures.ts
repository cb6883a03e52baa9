import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../fixtures/media/', import.meta.url)

/** The names of the small real files in test/fixtures/media. */
export function mediaFixtures(): string[] {
  return readdirSync(folder).filter((name) => name !== 'answers.ts')
}

/** The bytes of one of them. */
export function readMediaFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, folder)))
}

/** A GIF of the fixtures with a comment of so many bytes before its first image, which moves the images out of the head. */
export function commentedGif(name: string, commentBytes: number): Uint8Array<ArrayBuffer> {
  const gif = readMediaFixture(name)
  const flags = gif[10] ?? 0
  const start = 13 + (flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0)
  const comment = Array.from({ length: Math.ceil(commentBytes / 256) }, () => [
    0xff,
    ...new Array<number>(255).fill(32),
  ])
  return Uint8Array.from([...gif.subarray(0, start), 0x21, 0xfe, ...comment.flat(), 0, ...gif.subarray(start)])
}
