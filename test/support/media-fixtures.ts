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
