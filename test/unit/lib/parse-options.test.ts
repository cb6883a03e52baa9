import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { parseOptions } from '../../../src/lib/parse-options.ts'

const schema = z.strictObject({
  name: z.string(),
  size: z._default(z.int().check(z.minimum(1), z.maximum(2000)), 7),
  color: z.optional(z.enum(['red', 'green'])),
  box: z.prefault(
    z.strictObject({
      depth: z._default(z.int(), 3),
      lid: z.optional(z.strictObject({ depth: z.optional(z.int()), handle: z.optional(z.boolean()) })),
    }),
    {},
  ),
})
const RENAMED = { colour: 'color', lid: 'box.lid', weight: 'mass' }

/** The faults of options, one per line; none when they work. */
function faultsOf(options: unknown): string[] {
  try {
    parseOptions(schema, options, RENAMED)
    return []
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [title, ...lines] = error.message.split('\n- ')
    expect(title).toBe('These options do not work:')
    return lines
  }
}

const faultsWith = (changes: object) => faultsOf({ name: 'a', ...changes })

describe('parseOptions', () => {
  it('fills in the defaults of every group', () => {
    expect(parseOptions(schema, { name: 'a' })).toEqual({ name: 'a', size: 7, box: { depth: 3 } })
  })

  it('lists everything wrong at once, each by its path', () => {
    expect(faultsOf({ size: 0, color: 'blue', box: { depth: '3', lid: { handle: 1 } } })).toEqual([
      'name is not set: it must be a string',
      'size must be at least 1, not 0',
      'color must be "red" or "green", not "blue"',
      'box.depth must be a number, not a string',
      'box.lid.handle must be a boolean, not 1',
    ])
  })

  it.each([
    [{ size: 2001 }, 'size must be at most 2,000, not 2,001'],
    [{ size: 1.5 }, 'size must be a whole number, not 1.5'],
    [{ size: Number.NaN }, 'size must be a number, not NaN'],
    [{ size: Infinity }, 'size must be a number, not Infinity'],
    [{ size: 1n }, 'size must be a number, not a bigint'],
    [{ color: 1n }, 'color must be "red" or "green", not a bigint'],
    [{ color: {} }, 'color must be "red" or "green", not an object'],
    [{ name: null }, 'name must be a string, not null'],
    [{ name: [] }, 'name must be a string, not an array'],
    [{ name: {} }, 'name must be a string, not an object'],
    [{ box: 5 }, 'box must be an object, not 5'],
  ])('says what %o must be', (changes, fault) => {
    expect(faultsWith(changes)).toEqual([fault])
  })

  it.each([undefined, null, 5, 'name'])('refuses %j for the options themselves', (options) => {
    expect(faultsOf(options)).toEqual([expect.stringMatching(/^options must be an object, not /)])
  })

  it('lists a fault once, even if the schema finds it twice', () => {
    const twice = z.object({ size: z.number().check(z.maximum(1), z.maximum(1)) })
    expect(() => parseOptions(twice, { size: 2 })).toThrow(/^[^\n]*\n- size must be at most 1, not 2$/)
  })

  it.each([
    ['sizes', 'size'],
    ['SIZE', 'size'],
    ['nome', 'name'],
    ['colro', 'color'],
    ['handel', 'box.lid.handle'],
    ['depth', 'box.depth'],
  ])('suggests the nearest option for %s: %s', (name, meant) => {
    expect(faultsWith({ [name]: 1 })).toEqual([`${name} is not an option: did you mean ${meant}?`])
  })

  it('suggests the nearest option within a group', () => {
    expect(faultsWith({ box: { dept: 1, lid: { hande: true } } })).toEqual([
      'box.lid.hande is not an option: did you mean box.lid.handle?',
      'box.dept is not an option: did you mean box.depth?',
    ])
  })

  it.each(['none', 'foo', 'x', 'capacity'])('suggests nothing for %s, which resembles no option', (name) => {
    expect(faultsWith({ [name]: 1, box: { [name]: 1 } })).toEqual([
      `box.${name} is not an option`,
      `${name} is not an option`,
    ])
  })

  it('names the new path of a renamed option, if the schema has it', () => {
    expect(faultsWith({ colour: 'red', lid: {}, weight: 1 })).toEqual([
      'colour is now called color',
      'lid is now called box.lid',
      'weight is not an option',
    ])
    expect(faultsWith({ box: { colour: 'red' } })).toEqual(['box.colour is not an option: did you mean color?'])
  })

  it('escapes and shortens odd names and values', () => {
    const long = 'k'.repeat(100_000)
    expect(faultsWith({ 'a\n- b': 1, '': 1, [long]: 1, color: `${long}\n` })).toEqual([
      `color must be "red" or "green", not "${'k'.repeat(40)}…"`,
      '"a\\n- b" is not an option',
      '"" is not an option',
      `"${'k'.repeat(40)}…" is not an option`,
    ])
    const names = JSON.parse('{"__proto__": 1, "constructor": 1, "toString": 1}')
    expect(faultsWith({ box: names })).toEqual([
      'box.__proto__ is not an option',
      'box.constructor is not an option',
      'box.toString is not an option',
    ])
  })
})
