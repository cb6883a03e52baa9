import { describe, expect, it } from 'vitest'
import { readAacConfig } from '../../../src/media/codecs/aac.ts'
import { readAv1Config } from '../../../src/media/codecs/av1.ts'
import { createBitReader } from '../../../src/media/codecs/bit-reader.ts'
import { readAdtsHeader, readMpegAudioHeader } from '../../../src/media/codecs/mpeg-audio.ts'
import { readVp9Frame, readVpConfig } from '../../../src/media/codecs/vpx.ts'
import { writeBits } from '../../support/bits.ts'

describe('bits', () => {
  it('are read as numbers of any length and as Exp-Golomb codes', () => {
    const reader = createBitReader(writeBits([5, 3], [0xffff_ffff, 32], [0, 'ue'], [6, 'ue'], [3, 'ue'], [4, 'ue']))
    expect([reader.bits(3), reader.bits(32), reader.unsigned(), reader.unsigned()]).toEqual([5, 0xffff_ffff, 0, 6])
    expect([reader.signed(), reader.signed()]).toEqual([2, -2])
  })

  it.each([
    ['more bits than there are', Uint8Array.of(0xff), (reader: ReturnType<typeof createBitReader>) => reader.bits(9)],
    ['past the end', Uint8Array.of(0xff), (reader: ReturnType<typeof createBitReader>) => reader.skip(9)],
    [
      'a code of more than 32 bits',
      new Uint8Array(9),
      (reader: ReturnType<typeof createBitReader>) => reader.unsigned(),
    ],
  ])('throw for %s', (_, bytes, read) => {
    expect(() => read(createBitReader(bytes))).toThrow(RangeError)
  })
})

describe('an AudioSpecificConfig', () => {
  it.each([
    ['AAC-LC', writeBits([2, 5], [3, 4], [2, 4], [0, 3]), { codec: 'aac', channels: 2, sampleRate: 48_000 }],
    ['7.1 channels', writeBits([2, 5], [3, 4], [7, 4], [0, 3]), { codec: 'aac', channels: 8, sampleRate: 48_000 }],
    [
      'a rate in Hertz',
      writeBits([2, 5], [15, 4], [12_345, 24], [1, 4], [0, 3]),
      { codec: 'aac', channels: 1, sampleRate: 12_345 },
    ],
    [
      'HE-AAC',
      writeBits([5, 5], [6, 4], [2, 4], [3, 4], [2, 5], [0, 3]),
      { codec: 'he-aac', channels: 2, sampleRate: 48_000 },
    ],
    [
      'HE-AAC v2',
      writeBits([29, 5], [6, 4], [1, 4], [3, 4], [2, 5], [0, 3]),
      { codec: 'he-aac', channels: 2, sampleRate: 48_000 },
    ],
    [
      'HE-AAC by an extension',
      writeBits([2, 5], [6, 4], [2, 4], [0, 3], [0x2b7, 11], [5, 5], [1, 1], [3, 4]),
      { codec: 'he-aac', channels: 2, sampleRate: 48_000 },
    ],
    [
      'an extension that says there is no HE-AAC',
      writeBits([2, 5], [3, 4], [2, 4], [0, 3], [0x2b7, 11], [5, 5], [0, 1], [0, 4]),
      { codec: 'aac', channels: 2, sampleRate: 48_000 },
    ],
    [
      'an object type above 31',
      writeBits([31, 5], [7, 6], [3, 4], [2, 4], [0, 3]),
      { codec: 'aac', channels: 2, sampleRate: 48_000 },
    ],
  ])('of %s', (_, config, facts) => {
    expect(readAacConfig(config)).toEqual(facts)
  })

  it('may count the channels by elements', () => {
    const elements = [
      [1, 1],
      [0, 4],
      [0, 1],
      [1, 4],
      [1, 1],
      [1, 4],
      [0, 4],
    ] as const
    // One pair and one single in front, one pair behind, one for low frequencies.
    const counts = [
      [2, 4],
      [0, 4],
      [1, 4],
      [1, 2],
      [0, 3],
      [0, 4],
    ] as const
    const config = writeBits(
      [2, 5],
      [4, 4],
      [0, 4],
      [0, 3],
      [0, 10],
      ...counts,
      [1, 1],
      [9, 4],
      [0, 1],
      [0, 1],
      ...elements,
    )
    expect(readAacConfig(config)).toEqual({ codec: 'aac', channels: 6, sampleRate: 44_100 })
  })
})

describe('the first frame of sound', () => {
  it.each([
    ['MPEG-1 layer III', [0xff, 0xfb, 0x90, 0x00], { codec: 'mp3', channels: 2, sampleRate: 44_100 }],
    ['MPEG-2 layer III, mono', [0xff, 0xf3, 0x84, 0xc0], { codec: 'mp3', channels: 1, sampleRate: 24_000 }],
    ['MPEG-1 layer II', [0xff, 0xfd, 0x98, 0x40], { codec: 'mp2', channels: 2, sampleRate: 32_000 }],
  ])('of %s', (_, bytes, facts) => {
    expect(readMpegAudioHeader(Uint8Array.from(bytes))).toEqual(facts)
  })

  it.each([
    ['no sync word', [0xff, 0x1b, 0x90, 0x00]],
    ['a reserved layer', [0xff, 0xf9, 0x90, 0x00]],
    ['a reserved version', [0xff, 0xeb, 0x90, 0x00]],
    ['a reserved rate', [0xff, 0xfb, 0x9c, 0x00]],
  ])('with %s is none', (_, bytes) => {
    expect(readMpegAudioHeader(Uint8Array.from(bytes))).toBeUndefined()
  })

  it('of AAC in ADTS', () => {
    expect(readAdtsHeader(Uint8Array.of(0xff, 0xf1, 0x4c, 0x80))).toEqual({
      codec: 'aac',
      channels: 2,
      sampleRate: 48_000,
    })
    expect(readAdtsHeader(Uint8Array.of(0xff, 0xf3, 0x4c, 0x80))).toBeUndefined()
    expect(readAdtsHeader(Uint8Array.of(0xff, 0xf1, 0x7c, 0x80))).toBeUndefined()
  })
})

describe('VP9', () => {
  const frame = (profile: number, ...fields: readonly (readonly [number, number])[]) =>
    writeBits([2, 2], [profile & 1, 1], [profile >> 1, 1], ...fields, [0, 40])
  const KEY = [
    [0, 1],
    [0, 1],
    [1, 1],
    [0, 1],
    [0x498342, 24],
  ] as const

  it.each([
    ['profile 0', frame(0, ...KEY, [2, 3], [0, 1]), { profile: 'Profile 0', chroma: '4:2:0', bitDepth: 8 }],
    [
      'profile 1 with 4:4:4',
      frame(1, ...KEY, [2, 3], [0, 1], [0, 1], [0, 1]),
      { profile: 'Profile 1', chroma: '4:4:4', bitDepth: 8 },
    ],
    [
      'profile 1 with 4:2:2',
      frame(1, ...KEY, [2, 3], [0, 1], [1, 1], [0, 1]),
      { profile: 'Profile 1', chroma: '4:2:2', bitDepth: 8 },
    ],
    ['profile 1 with 4:4:0', frame(1, ...KEY, [2, 3], [0, 1], [0, 1], [1, 1]), { profile: 'Profile 1', bitDepth: 8 }],
    ['RGB', frame(1, ...KEY, [7, 3], [0, 1]), { profile: 'Profile 1', chroma: '4:4:4', bitDepth: 8 }],
    ['12 bits', frame(2, ...KEY, [1, 1], [2, 3], [0, 1]), { profile: 'Profile 2', chroma: '4:2:0', bitDepth: 12 }],
    [
      'profile 3',
      frame(3, [0, 1], ...KEY, [0, 1], [2, 3], [0, 1], [1, 1], [0, 1]),
      { profile: 'Profile 3', chroma: '4:2:2', bitDepth: 10 },
    ],
  ])('is read from a key frame of %s', (_, bytes, facts) => {
    expect(readVp9Frame(bytes)).toEqual(facts)
  })

  it.each([
    ['a frame that follows', frame(0, [0, 1], [1, 1], [1, 1], [0, 1], [0x498342, 24])],
    ['a frame that shows another', frame(0, [1, 1], [0, 1])],
    ['a frame without the sync code', frame(0, [0, 1], [0, 1], [1, 1], [0, 1], [0x498343, 24])],
    ['what is no frame', new Uint8Array(9)],
  ])('is not read from %s', (_, bytes) => {
    expect(readVp9Frame(bytes)).toBeUndefined()
  })

  it('is read from its configuration', () => {
    const config = (...bytes: number[]) => readVpConfig(Uint8Array.of(1, 0, 0, 0, ...bytes))
    expect(config(2, 31, 0xa2)).toEqual({ profile: 'Profile 2', level: '3.1', chroma: '4:2:0', bitDepth: 10 })
    expect(config(1, 0, 0x86)).toEqual({ profile: 'Profile 1', chroma: '4:4:4', bitDepth: 8 })
  })
})

describe('an AV1 configuration', () => {
  it.each([
    ['10 bits', [0x81, 0x08, 0x4c], { profile: 'Main', level: '4.0', chroma: '4:2:0', bitDepth: 10 }],
    ['4:4:4', [0x81, 0x25, 0x00], { profile: 'High', level: '3.1', chroma: '4:4:4', bitDepth: 8 }],
    ['4:2:2 and 12 bits', [0x81, 0x5f, 0x68], { profile: 'Professional', chroma: '4:2:2', bitDepth: 12 }],
    ['no chroma', [0x81, 0x00, 0x1c], { profile: 'Main', level: '2.0', chroma: '4:0:0', bitDepth: 8 }],
  ])('of %s', (_, bytes, facts) => {
    expect(readAv1Config(Uint8Array.from(bytes))).toEqual(facts)
  })
})
