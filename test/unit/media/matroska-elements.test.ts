import { describe, expect, it } from 'vitest'
import { createMatroskaReader } from '../../../src/media/matroska/reader.ts'
import { joined } from '../../support/bytes.ts'

const UNKNOWN_SIZE = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]

/** An element with a size of four bytes. Numbers are its content byte by byte. */
function element(id: number, ...contents: readonly (number | Uint8Array)[]): Uint8Array {
  const content = joined(...contents.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part)))
  return joined(idBytes(id), Uint8Array.of(0x10, content.length >> 16, content.length >> 8, content.length), content)
}

/** An element that ends where its parent does, or where an element begins that it cannot have. */
function unending(id: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return joined(idBytes(id), Uint8Array.from(UNKNOWN_SIZE), ...contents)
}

function idBytes(id: number): Uint8Array {
  const digits = id.toString(16)
  return Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

const text = (characters: string) => new TextEncoder().encode(characters)

function float(number: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, number)
  return bytes
}

const HEAD = element(0x1a45dfa3, element(0x4282, text('webm\0')))
const DEFAULT_DURATION = 0x23e383
const video = (...more: readonly Uint8Array[]) =>
  element(
    0xae,
    element(0xd7, 1),
    element(0x83, 1),
    element(0x86, text('V_VP8')),
    element(0xe0, element(0xb0, 1, 64), element(0xba, 180), ...more),
  )
const sound = (codecId: string, ...more: readonly Uint8Array[]) =>
  element(
    0xae,
    element(0xd7, 0x40, 2),
    element(0x83, 2),
    element(0x86, text(codecId)),
    element(0xe1, element(0x9f, 2), element(0xb5, float(44_100))),
    ...more,
  )
const tracks = (...entries: readonly Uint8Array[]) => element(0x1654ae6b, ...entries)
const info = (...more: readonly Uint8Array[]) => element(0x1549a966, ...more)
const segment = (...contents: readonly Uint8Array[]) => unending(0x18538067, ...contents)
const cluster = (ticks: number, ...blocks: readonly Uint8Array[]) =>
  unending(0x1f43b675, element(0xe7, ticks >> 8, ticks & 0xff), ...blocks)
const frame = (ticks: number, isKey: boolean) =>
  element(0xa3, 0x81, ticks >> 8, ticks & 0xff, isKey ? 0x80 : 0, 1, 2, 3)
const group = (ticks: number, ...more: readonly Uint8Array[]) =>
  element(0xa0, element(0xa1, 0x81, ticks >> 8, ticks & 0xff, 0, 1, 2, 3), ...more)
const REFERENCE = element(0xfb, 0xff)

function readerOf(...contents: readonly Uint8Array[]): ReturnType<typeof createMatroskaReader> {
  const reader = createMatroskaReader()
  reader.push(joined(HEAD, segment(...contents)))
  return reader
}

function factsOf(...contents: readonly Uint8Array[]): ReturnType<ReturnType<typeof createMatroskaReader>['facts']> {
  const reader = readerOf(...contents)
  reader.end()
  return reader.facts()
}

describe('the duration of a WebM', () => {
  it('is the announced one, in its own ticks', () => {
    const announced = info(element(0x2ad7b1, 0x0f, 0x42, 0x40), element(0x4489, float(2500)))
    expect(readerOf(announced).facts()).toMatchObject({ durationSecs: 2.5 })
    const finer = info(element(0x2ad7b1, 0x03, 0xe8), element(0x4489, float(2_500_000)))
    expect(readerOf(finer).facts()).toMatchObject({ durationSecs: 2.5 })
  })

  it('of a live one that is cut in a frame stays unknown, like its frames', () => {
    const long = element(0xa3, 0x81, 0, 100, 0, new Uint8Array(100))
    const live = joined(tracks(video()), cluster(1000, frame(0, true), long))
    for (const cut of [1, 50, 102]) {
      const facts = factsOf(live.subarray(0, live.length - cut))
      expect(facts).toMatchObject({ container: 'webm', hasVideo: true })
      expect(facts).not.toHaveProperty('durationSecs')
      expect(facts).not.toHaveProperty('frames')
    }
  })

  it('of a live one is known at its end', () => {
    const live = [tracks(video()), cluster(1000, frame(0, true), frame(100, false)), cluster(1200, frame(0, false))]
    expect(readerOf(...live).facts().durationSecs).toBeUndefined()
    expect(factsOf(...live)).toMatchObject({ container: 'webm', durationSecs: 0.3, frames: 3, frameRate: 10 })
  })

  it('counts sound that lasts longer than the video', () => {
    const block = element(0xa3, 0x40, 2, 0x03, 0xe8, 0x80, 1)
    expect(
      factsOf(tracks(video(), sound('A_OPUS')), cluster(0, frame(0, true), block, frame(100, false))),
    ).toMatchObject({ durationSecs: 1, frames: 2 })
  })
})

describe('the frames of a WebM', () => {
  const gopOf = (...blocks: readonly Uint8Array[]) => factsOf(tracks(video()), cluster(0, ...blocks)).video?.longestGop

  it('are in groups from one key frame to the next', () => {
    expect(gopOf(frame(0, true), frame(1, false), frame(2, false), frame(3, true), frame(4, false))).toBe(3)
    expect(gopOf(frame(0, true), frame(1, true), frame(2, false), frame(3, false))).toBe(3)
  })

  it('may be in block groups, where a reference tells that one is no key frame', () => {
    expect(gopOf(group(0), group(1, REFERENCE), group(2, REFERENCE), group(3))).toBe(3)
    expect(gopOf(group(0), group(1), group(2))).toBe(1)
  })

  it('have the rate that the track announces, or else the average', () => {
    const announced = joined(video(), element(DEFAULT_DURATION, 0x02, 0x62, 0x5a, 0x00))
    expect(readerOf(tracks(announced)).facts()).toMatchObject({ frameRate: 25 })
    expect(factsOf(tracks(video()), cluster(0, frame(0, true), frame(30, false), frame(100, false)))).toMatchObject({
      frameRate: 20,
    })
  })

  it('may come in another order than they are shown in', () => {
    expect(factsOf(tracks(video()), cluster(0, frame(100, true), frame(300, false), frame(200, false)))).toMatchObject({
      durationSecs: 0.3,
    })
  })
})

describe('the tracks of a WebM', () => {
  it.each([
    ['square pixels', [], [320, 180]],
    ['a display width', [element(0x54b0, 2, 0)], [512, 180]],
    ['a display size in other units', [element(0x54b0, 4), element(0x54ba, 3)], [240, 180]],
  ])('show a picture with %s', (_, display, [width, height]) => {
    expect(readerOf(tracks(video(...display))).facts()).toMatchObject({ width, height })
  })

  it.each([
    ['A_OPUS', [], { codec: 'opus', channels: 2, sampleRate: 48_000 }],
    ['A_VORBIS', [], { codec: 'vorbis', channels: 2, sampleRate: 44_100 }],
    ['A_MPEG/L3', [], { codec: 'mp3', channels: 2, sampleRate: 44_100 }],
    ['A_AAC/MPEG4/LC/SBR', [], { codec: 'he-aac', channels: 2, sampleRate: 44_100 }],
    ['A_AAC', [element(0x63a2, 0x11, 0x88)], { codec: 'aac', channels: 1, sampleRate: 48_000 }],
    ['A_FLAC', [], { codec: 'A_FLAC', channels: 2, sampleRate: 44_100 }],
  ])('may have sound in %s', (codecId, more, audio) => {
    expect(readerOf(tracks(sound(codecId, ...more))).facts()).toMatchObject({ audio })
  })

  it('may have its tracks behind the clusters', () => {
    const frames = cluster(1000, frame(0, true), frame(100, false))
    expect(readerOf(frames).facts().hasVideo).toBeUndefined()
    expect(factsOf(frames, tracks(video()))).toMatchObject({ hasVideo: true, width: expect.any(Number) })
    expect(factsOf(frames, tracks(sound('A_OPUS'))).hasVideo).toBe(false)
  })

  it('are all known when the first cluster begins', () => {
    expect(readerOf(tracks(sound('A_OPUS'))).facts().hasVideo).toBeUndefined()
    expect(readerOf(tracks(sound('A_OPUS')), cluster(0)).facts().hasVideo).toBe(false)
    expect(factsOf(tracks(sound('A_OPUS'))).hasVideo).toBe(false)
  })
})

describe('a hostile WebM', () => {
  it.each([
    ['17 tracks', tracks(...Array.from({ length: 17 }, () => video()))],
    ['a number of no known length', Uint8Array.of(0, 0, 0)],
    ['an id of five bytes', Uint8Array.of(0x08, 0x80, 0x80, 0x80, 0x80, 0x80)],
    ['a size of nine bytes', Uint8Array.of(0xec, 0x00, 0xff)],
    ['a size that is unknown where it must not be', unending(0xec)],
    ['a size beyond all files', Uint8Array.of(0xec, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe)],
    ['a description outside of a track', element(0xd7, 1)],
    ['a block of two bytes', joined(tracks(video()), cluster(0, element(0xa3, 0x81, 0)))],
    ['many empty elements', joined(...Array.from({ length: 30_000 }, () => Uint8Array.of(0xec, 0x80)))],
  ])('with %s ends the walk', (_, content) => {
    expect(() => readerOf(content)).toThrow(Error)
  })

  it('whose tracks have no numbers tells none', () => {
    const empty = element(
      0xae,
      element(0x83, 1),
      element(DEFAULT_DURATION, 0),
      element(0xe0, element(0xb0, 0), element(0xba, 0)),
    )
    expect(factsOf(info(element(0x4489, float(Number.NaN))), tracks(empty))).toEqual({
      container: 'webm',
      hasVideo: true,
      video: { codec: '' },
    })
  })
})
