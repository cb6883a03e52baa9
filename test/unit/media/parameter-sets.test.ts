import { describe, expect, it } from 'vitest'
import { readH264ParameterSet } from '../../../src/media/codecs/h264.ts'
import { readHevcParameterSet } from '../../../src/media/codecs/hevc-parameter-set.ts'
import { type Bits, writeBits } from '../../support/bits.ts'

const flag = (isSet: boolean): Bits => [isSet ? 1 : 0, 1]
const ue = (...numbers: readonly number[]): Bits[] => numbers.map((number) => [number, 'ue'])

interface H264 {
  profile?: number
  constraints?: number
  level?: number
  /** Behind the id: chroma and depths of high profiles. */
  samples?: readonly Bits[]
  order?: readonly Bits[]
  isProgressive?: boolean
  crop?: readonly Bits[]
  usability?: readonly Bits[]
}

/** 1280 pixels, and 45 units of 16 or 32 lines. */
function h264(set: H264 = {}): ReturnType<typeof readH264ParameterSet> {
  const { profile = 77, constraints = 0, level = 31, samples = [], order = ue(2), isProgressive = true } = set
  const bytes = writeBits(
    ...([
      [0x67, 8],
      [profile, 8],
      [constraints, 8],
      [level, 8],
    ] as const),
    ...[...ue(0), ...samples, ...ue(0), ...order, ...ue(1), flag(false), ...ue(79, 44), flag(isProgressive)],
    ...(isProgressive ? [] : [flag(false)]),
    ...[flag(true), ...(set.crop ? [flag(true), ...set.crop] : [flag(false)])],
    ...(set.usability ? [flag(true), ...set.usability] : [flag(false)]),
    ...ue(0, 0, 0),
  )
  return readH264ParameterSet(preventStartCodes(bytes))
}

/** Puts a 3 behind two zeros that a byte up to 3 follows, as encoders must. */
function preventStartCodes(bytes: Uint8Array): Uint8Array {
  const escaped: number[] = []
  for (const byte of bytes) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3)
    escaped.push(byte)
  }
  return Uint8Array.from(escaped)
}

describe('a parameter set of H.264', () => {
  it('tells profile, level and size', () => {
    expect(h264()).toEqual({
      video: { profile: 'Main', level: '3.1', chroma: '4:2:0', bitDepth: 8 },
      ...{ width: 1280, height: 720, mayHaveFields: false },
    })
  })

  it.each([
    [{ profile: 66 }, 'Baseline'],
    [{ profile: 66, constraints: 0x40 }, 'Constrained Baseline'],
    [{ profile: 110, constraints: 0x10, samples: [...ue(1, 2, 2), flag(false), flag(false)] }, 'High 10 Intra'],
    [{ profile: 118, samples: [...ue(1, 0, 0), flag(false), flag(false)] }, undefined],
  ])('names the profile of %j', (set, profile) => {
    expect(h264(set).video.profile).toBe(profile)
  })

  it.each([
    [{ level: 10 }, '1'],
    [{ level: 11 }, '1.1'],
    [{ level: 11, constraints: 0x10 }, '1b'],
    [{ level: 9 }, '1b'],
    [{ level: 42 }, '4.2'],
  ])('names the level of %j', (set, level) => {
    expect(h264(set).video.level).toBe(level)
  })

  it('may have pictures of one field, and a part that is not shown', () => {
    const set = { profile: 122, samples: [...ue(2, 2, 2), flag(false), flag(false)], isProgressive: false }
    expect(h264({ ...set, crop: ue(1, 2, 0, 3) })).toMatchObject({
      video: { chroma: '4:2:2', bitDepth: 10 },
      ...{ width: 1280 - 3 * 2, height: (720 - 3) * 2, mayHaveFields: true },
    })
  })

  it('may have scaling lists, of which some end early', () => {
    const list = (...deltas: number[]): Bits[] => [flag(true), ...ue(...deltas)]
    // 16 scales that do not change; one that becomes 0 at once (8 - 8); none of the other ten.
    const lists = [...list(...Array(16).fill(0)), ...list(16), ...Array(10).fill(flag(false))]
    const samples = [...ue(3), flag(false), ...ue(0, 0), flag(false), flag(true), ...lists]
    expect(h264({ profile: 244, samples })).toMatchObject({ video: { chroma: '4:4:4' }, width: 1280, height: 720 })
  })

  it('may have any order of pictures', () => {
    expect(h264({ order: ue(0, 4) })).toMatchObject({ width: 1280 })
    expect(h264({ order: [...ue(1), flag(false), ...ue(0, 0, 2, 5, 6)] })).toMatchObject({ width: 1280 })
    expect(() => h264({ order: [...ue(1), flag(false), ...ue(0, 0, 256)] })).toThrow(RangeError)
  })

  it('tells the shape of a pixel and the time of a frame', () => {
    const signal = [flag(true), [5, 3], flag(false), flag(true), [0, 24]] as const
    const time = [flag(true), [1001, 32], [60_000, 32]] as const
    const named = h264({
      usability: [flag(true), [14, 8], flag(true), flag(false), ...signal, flag(true), ...ue(0, 0), ...time],
    })
    expect(named.pixelAspect).toBeCloseTo(4 / 3)
    expect(named.frameRate).toBeCloseTo(29.97)
    const counted = h264({
      usability: [flag(true), [255, 8], [3, 16], [2, 16], flag(false), flag(false), flag(false), flag(false)],
    })
    expect(counted).toMatchObject({ pixelAspect: 1.5 })
    expect(counted.frameRate).toBeUndefined()
  })

  it('that is cut off throws', () => {
    expect(() => readH264ParameterSet(Uint8Array.of(0x67, 77, 0, 31))).toThrow(RangeError)
  })
})

interface Hevc {
  subLayers?: readonly Bits[]
  maxSubLayers?: number
  chroma?: readonly Bits[]
  window?: readonly Bits[]
  lists?: readonly Bits[]
  pcm?: readonly Bits[]
  references?: readonly Bits[]
  longTerm?: readonly Bits[]
  usability?: readonly Bits[]
}

const optional = (bits: readonly Bits[] | undefined): Bits[] => (bits ? [flag(true), ...bits] : [flag(false)])

/** 1920 × 1088 pixels in the main profile, level 4.1. */
function hevc(set: Hevc = {}): ReturnType<typeof readHevcParameterSet> {
  const { maxSubLayers = 0, subLayers = [], chroma = ue(1), references = ue(0) } = set
  const bytes = writeBits(
    ...([
      [0x4201, 16],
      [0, 4],
      [maxSubLayers, 3],
      [1, 1],
      [1, 8],
      [0, 32],
      [0, 32],
      [0, 16],
      [123, 8],
    ] as const),
    ...[...subLayers, ...ue(0), ...chroma, ...ue(1920, 1088), ...optional(set.window), ...ue(0, 0)],
    ...[...ue(4), flag(true), ...ue(...Array(3 * (maxSubLayers + 1)).fill(0)), ...ue(0, 0, 0, 0, 0, 0)],
    ...[
      ...optional(set.lists),
      flag(false),
      flag(true),
      ...optional(set.pcm),
      ...references,
      ...optional(set.longTerm),
    ],
    ...[flag(true), flag(true), ...optional(set.usability), ...ue(0, 0, 0)],
  )
  return readHevcParameterSet(preventStartCodes(bytes))
}

/** Up to the flags of fields: pixels of 4:3, nothing else. */
const ASPECT: readonly Bits[] = [flag(true), [14, 8], flag(false), flag(false), flag(false)]

describe('a parameter set of HEVC', () => {
  it('tells profile, level and size', () => {
    expect(hevc()).toEqual({
      video: { profile: 'Main', level: '4.1', chroma: '4:2:0', bitDepth: 8 },
      ...{ width: 1920, height: 1088, mayHaveFields: false },
    })
    expect(hevc({ window: ue(0, 0, 0, 4) })).toMatchObject({ width: 1920, height: 1080 })
    expect(hevc({ chroma: [...ue(3), flag(false)], window: ue(0, 0, 0, 8) })).toMatchObject({ height: 1080 })
  })

  const time: readonly Bits[] = [flag(true), [1, 32], [50, 32]]
  const end = [...ASPECT, flag(false), flag(true), flag(false), flag(false), ...time]
  const seen = { pixelAspect: 4 / 3, mayHaveFields: true, frameRate: 50 }

  it.each<[string, Hevc]>([
    ['nothing', {}],
    [
      'sub-layers',
      {
        maxSubLayers: 2,
        subLayers: [
          [0b1101, 4],
          [0, 12],
          [0, 88],
          [0, 8],
          [0, 8],
        ],
      },
    ],
    ['samples without compression', { pcm: [[0, 8], ...ue(0, 0), flag(false)] }],
    ['long-term references', { longTerm: [...ue(2), [5, 8], flag(true), [6, 8], flag(false)] }],
    ['default scaling lists', { lists: [flag(false)] }],
    // Each is predicted from another one, but for one with a list of 16 and one with a list of 64 and a scale of its own.
    [
      'scaling lists',
      {
        lists: [
          ...[flag(true), flag(true), ...ue(...Array(16).fill(0))],
          ...Array.from({ length: 11 }, () => [flag(false), ...ue(0)]).flat(),
          ...[flag(true), ...ue(0, ...Array(64).fill(0))],
          ...Array.from({ length: 7 }, () => [flag(false), ...ue(0)]).flat(),
        ],
      },
    ],
    [
      'reference sets, one predicted from another',
      {
        references: [
          ...[...ue(2), ...ue(1, 1), ...ue(0), flag(true), ...ue(0), flag(true)],
          // Of three pictures two are used, and one is left out.
          ...[flag(true), flag(false), ...ue(0), flag(true), flag(false), flag(false), flag(true)],
        ],
      },
    ],
  ])('tells what stands behind %s', (_, set) => {
    expect(hevc({ ...set, usability: end })).toMatchObject(seen)
  })

  it('may leave out the time of a frame, and have a window of its own', () => {
    const usability = [...ASPECT, flag(false), flag(false), flag(false), flag(true), ...ue(0, 0, 0, 0), flag(false)]
    expect(hevc({ usability }).frameRate).toBeUndefined()
  })

  it.each<[string, Hevc]>([
    ['65 reference sets', { references: ue(65) }],
    ['17 pictures in a set', { references: ue(1, 16, 1) }],
    ['33 long-term references', { longTerm: ue(33) }],
  ])('with %s throws', (_, set) => {
    expect(() => hevc(set)).toThrow(RangeError)
  })
})
