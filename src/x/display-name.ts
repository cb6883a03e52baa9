import { countCharacters } from '../lib/count-characters.ts'

/** The longest name of a language, in characters. X documents no limit; no language needs as many. */
const MAX_DISPLAY_NAME = 100

/** What is wrong with the name of a language; undefined if it will do. */
export function invalidDisplayName(name = ''): string | undefined {
  const characters = countCharacters(name)
  if (characters <= MAX_DISPLAY_NAME) return undefined
  return `has ${characters.toLocaleString('en')} characters; the limit is ${MAX_DISPLAY_NAME}`
}
