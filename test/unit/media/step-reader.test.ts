import { describe, expect, it } from 'vitest'
import { createStepReader, MAX_TAKE, type NextStep, type StepFormat } from '../../../src/media/step-reader.ts'
import { ascii } from '../../support/bytes.ts'

interface State {
  seen: string[]
}

/** A format of which a file is one step of two bytes after another, unless `following` says something else. */
function formatOf(
  following: (bytes: Uint8Array) => NextStep<'pair'> | undefined,
  first: Partial<NextStep<'pair'>> = {},
) {
  const format: StepFormat<State, 'pair'> = {
    version: 1,
    start: () => ({ seen: [] }),
    first: { step: 'pair', take: 2, ...first },
    steps: {
      pair(bytes, { seen }) {
        seen.push(new TextDecoder().decode(bytes))
        return following(bytes)
      },
    },
    facts: ({ seen }, isComplete) => ({ container: 'gif', frames: seen.length, animated: isComplete }),
  }
  return format
}

/** What the steps were given of a text that comes in these pieces. */
function seenIn(format: StepFormat<State, 'pair'>, ...pieces: readonly string[]): string[] {
  const state = format.start()
  const reader = createStepReader({ ...format, start: () => state })
  for (const piece of pieces) reader.push(ascii(piece))
  return state.seen
}

const PAIR: NextStep<'pair'> = { step: 'pair', take: 2 }

describe('a step', () => {
  it('gets as many bytes as it asks for, wherever the pieces end', () => {
    const format = formatOf(() => PAIR)
    expect(seenIn(format, 'abcdef')).toEqual(['ab', 'cd', 'ef'])
    expect(seenIn(format, 'a', '', 'bcd', 'e', 'f', 'g')).toEqual(['ab', 'cd', 'ef'])
  })

  it('may skip bytes, in this piece and in others', () => {
    const format = formatOf(() => ({ ...PAIR, skip: 3 }))
    expect(seenIn(format, 'ab---cd---ef')).toEqual(['ab', 'cd', 'ef'])
    expect(seenIn(format, 'ab-', '-', '-c', 'd--', '-ef')).toEqual(['ab', 'cd', 'ef'])
  })

  it('may give its last bytes to the next one too', () => {
    const format = formatOf(() => ({ ...PAIR, skip: -1 }))
    expect(seenIn(format, 'abcd')).toEqual(['ab', 'bc', 'cd'])
    expect(seenIn(format, 'a', 'b', 'cd')).toEqual(['ab', 'bc', 'cd'])
  })

  it('may see its bytes again, with more after them', () => {
    const format = formatOf(({ length }) => (length === 2 ? { ...PAIR, take: 4, skip: -2 } : PAIR))
    expect(seenIn(format, 'abcdefgh')).toEqual(['ab', 'abcd', 'ef', 'efgh'])
    expect(seenIn(format, 'abc', 'defg', 'h')).toEqual(['ab', 'abcd', 'ef', 'efgh'])
  })

  it('gets whatever is at hand if it reads ahead, and what it asks for at least', () => {
    const format = formatOf(({ length }) => ({ ...PAIR, ahead: true, skip: -(length % 2) }), { ahead: true })
    expect(seenIn(format, 'abcde', 'fgh')).toEqual(['abcde', 'ef', 'gh'])
  })

  it.each([
    ['goes on nowhere', { ...PAIR, skip: -2 }],
    ['goes back', { ...PAIR, take: 4, skip: -3 }],
    ['asks for too much', { ...PAIR, take: MAX_TAKE + 1 }],
  ])('that %s ends the reading', (_, next) => {
    const reader = createStepReader(formatOf(() => next))
    expect(() => reader.push(ascii('abcd'))).toThrow('The step pair does not go on.')
    expect(reader.done).toBe(true)
  })
})

describe('a file in steps', () => {
  it('is complete when a step is the last one', () => {
    const reader = createStepReader(formatOf(() => undefined))
    reader.push(ascii('abcd'))
    expect(reader.done).toBe(true)
    expect(reader.facts()).toMatchObject({ frames: 1, animated: true })
  })

  it('that ends before a step is complete only if the format says so', () => {
    const mayEnd = (pieces: string, end: NonNullable<StepFormat<State, 'pair'>['end']>) => {
      const reader = createStepReader({ ...formatOf(() => PAIR), end })
      reader.push(ascii(pieces))
      reader.end()
      return reader.facts().animated
    }
    expect(mayEnd('abcd', (_, step, isBetween) => step === 'pair' && isBetween)).toBe(true)
    expect(mayEnd('abcde', (_, step, isBetween) => step === 'pair' && isBetween)).toBe(false)
    const reader = createStepReader(formatOf(() => PAIR))
    reader.end()
    expect(reader.facts().animated).toBe(false)
  })

  it('is continued where it was saved: within a step, and within bytes to skip', () => {
    const format = formatOf(() => ({ ...PAIR, skip: 3 }))
    for (const cut of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const before = createStepReader(format)
      before.push(ascii('ab---cd---ef'.slice(0, cut)))
      const after = createStepReader(format, before.save())
      after.push(ascii('ab---cd---ef'.slice(cut)))
      expect(after.facts().frames).toBe(3)
    }
  })
})
