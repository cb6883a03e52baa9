import { describe, expect, it } from 'vitest'
import { createMp4Reader } from '../../../src/media/mp4/reader.ts'
import { joined } from '../../support/bytes.ts'
import { mp4Box } from '../../support/mp4-boxes.ts'
import { readVideoFixture } from '../../support/video-fixtures.ts'

const zeros = (bytes: number) => new Uint8Array(bytes)
const ONES = 0xffff_ffff
const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000] as const
const TURNED = [0, 0x10000, 0, -0x10000 >>> 0, 0, 0, 0, 0, 0x4000_0000] as const
const LONG = 1 << 24

function factsOf(...boxes: readonly Uint8Array[]): ReturnType<ReturnType<typeof createMp4Reader>['facts']> {
  const reader = createMp4Reader()
  reader.push(joined(mp4Box('ftyp', 'isom', 0), ...boxes))
  reader.end()
  return reader.facts()
}

const mvhd = (ticks: number, matrix: readonly number[] = MATRIX) =>
  mp4Box('mvhd', 0, 0, 0, 1000, ticks, zeros(16), ...matrix, zeros(28))

interface TrackBoxes {
  handler?: string
  isEnabled?: boolean
  shown?: readonly [width: number, height: number]
  matrix?: readonly number[]
  mdhd?: Uint8Array
  edits?: Uint8Array
  entry?: Uint8Array
  tables?: readonly Uint8Array[]
}

/** 320 × 240 pixels, 4 seconds of 1,000 ticks, and 100 samples, unless another table says so. */
function trak(set: TrackBoxes = {}): Uint8Array {
  const {
    handler = 'vide',
    isEnabled = true,
    shown = [320, 240],
    matrix = MATRIX,
    tables = [mp4Box('stsz', 0, 5, 100)],
  } = set
  const [width, height] = shown.map((pixels) => pixels * 0x10000)
  return mp4Box(
    'trak',
    mp4Box('tkhd', isEnabled ? 1 : 0, 0, 0, 7, 0, zeros(20), ...matrix, width ?? 0, height ?? 0),
    ...(set.edits ? [mp4Box('edts', set.edits)] : []),
    mp4Box(
      'mdia',
      set.mdhd ?? mp4Box('mdhd', 0, 0, 0, 1000, 4000, 0),
      mp4Box('hdlr', 0, 0, handler, zeros(13)),
      mp4Box(
        'minf',
        mp4Box('hdlr', 0, 'dhlrurl ', zeros(13)),
        mp4Box('stbl', mp4Box('stsd', 0, 1, set.entry ?? visual()), ...tables),
      ),
    ),
  )
}

const visual = (...boxes: readonly Uint8Array[]) => mp4Box('avc1', zeros(24), '\x01\x40\0\xf0', zeros(50), ...boxes)

describe('the duration of an MP4', () => {
  it('is the movie’s own', () => {
    expect(factsOf(mp4Box('moov', mvhd(3500), trak()))).toMatchObject({ durationSecs: 3.5 })
  })

  it('may have 64 bits', () => {
    const long = mp4Box('mvhd', LONG, 0, 0, 0, 0, 1000, 1, 0, zeros(80))
    expect(factsOf(mp4Box('moov', long))).toMatchObject({ durationSecs: 4_294_967.296 })
  })

  it.each([
    ['0', mvhd(0)],
    ['all ones', mvhd(ONES)],
    ['all ones of 64 bits', mp4Box('mvhd', LONG, 0, 0, 0, 0, 1000, ONES, ONES, zeros(80))],
  ])('is the longest track’s where it is %s', (_, header) => {
    const sound = trak({
      handler: 'soun',
      entry: mp4Box('sowt', zeros(28)),
      mdhd: mp4Box('mdhd', LONG, 0, 0, 0, 0, 48_000, 0, 240_000, 0),
    })
    expect(factsOf(mp4Box('moov', header, trak(), sound))).toMatchObject({ durationSecs: 5 })
  })

  it.each([
    ['an edit', mp4Box('elst', 0, 1, 1500, 500, 0x10000), 1.5],
    ['two edits', mp4Box('elst', 0, 2, 250, ONES, 0x10000, 1500, 500, 0x10000), 1.75],
    ['an edit of 64 bits', mp4Box('elst', LONG, 1, 0, 2500, 0, 500, 0x10000), 2.5],
    ['an edit without end', mp4Box('elst', 0, 1, 0, 500, 0x10000), 4],
    ['more edits than are read', mp4Box('elst', 0, 20, zeros(240)), 4],
  ])('is what %s leaves of a track', (_, edits, durationSecs) => {
    expect(factsOf(mp4Box('moov', mvhd(0), trak({ edits })))).toMatchObject({ durationSecs })
  })
})

describe('the picture of an MP4', () => {
  it.each([
    ['as coded', {}, MATRIX, [320, 240]],
    ['turned by its track', { matrix: TURNED }, MATRIX, [240, 320]],
    ['turned by the movie', {}, TURNED, [240, 320]],
    ['turned by both', { matrix: TURNED }, TURNED, [320, 240]],
    ['stretched by its header', { shown: [400, 240] as const }, MATRIX, [400, 240]],
    ['only scaled by its header', { shown: [640, 480] as const }, MATRIX, [320, 240]],
    [
      'stretched by its entry, whatever the header says',
      { shown: [1, 9] as const, entry: visual(mp4Box('pasp', 3, 2)) },
      MATRIX,
      [480, 240],
    ],
    ['stretched by 0', { entry: visual(mp4Box('pasp', 0, 0)) }, MATRIX, [320, 240]],
  ])('is shown %s', (_, track, matrix, [width, height]) => {
    expect(factsOf(mp4Box('moov', mvhd(1000, matrix), trak(track)))).toMatchObject({ width, height })
  })

  it('is the first track that is not switched off', () => {
    const thumbnails = trak({
      isEnabled: false,
      shown: [16, 16],
      entry: mp4Box('jpeg', zeros(24), '\0\x10\0\x10', zeros(50)),
    })
    expect(factsOf(mp4Box('moov', mvhd(1000), thumbnails, trak()))).toMatchObject({
      width: 320,
      video: { codec: 'avc1' },
    })
    expect(factsOf(mp4Box('moov', mvhd(1000), thumbnails))).toMatchObject({ width: 16, video: { codec: 'jpeg' } })
  })

  it('is missing if all tracks are of another kind', () => {
    expect(factsOf(mp4Box('moov', mvhd(1000), trak({ handler: 'text' })))).toEqual({
      container: 'mp4',
      durationSecs: 1,
      hasVideo: false,
    })
  })
})

describe('the frames of an MP4', () => {
  const frames = (...tables: readonly Uint8Array[]) => factsOf(mp4Box('moov', mvhd(4000), trak({ tables })))

  it.each([
    ['one size', mp4Box('stsz', 0, 5, 100), 100],
    ['sizes of 4 bits', mp4Box('stz2', 0, 4, 7, zeros(4)), 7],
    ['sizes of 16 bits', mp4Box('stz2', 0, 16, 7, zeros(14)), 7],
  ])('are counted by %s', (_, table, count) => {
    expect(frames(table)).toMatchObject({ frames: count, frameRate: count / 4, video: { longestGop: 1 } })
  })

  it('have the rate of their times if all are equal, and else the average', () => {
    const sizes = mp4Box('stsz', 0, 5, 100)
    expect(frames(mp4Box('stts', 0, 1, 100, 20), sizes)).toMatchObject({ frameRate: 50 })
    expect(frames(mp4Box('stts', 0, 2, 99, 20, 1, 2020), sizes)).toMatchObject({ frameRate: 25 })
  })

  it.each([
    ['gap between two', [1, 50, 61], 49],
    ['gap to the end', [1, 30], 71],
    ['gap from the beginning', [95], 94],
    ['list without an entry', [], 100],
  ])('have the longest group by the %s', (_, keys, longestGop) => {
    expect(frames(mp4Box('stss', 0, keys.length, ...keys), mp4Box('stsz', 0, 5, 100))).toMatchObject({
      video: { longestGop },
    })
  })

  it.each([
    ['QuickTime', mp4Box('stps', 0, 1, 50)],
    ['a group of samples', mp4Box('sbgp', 0, 'rap ', 1, 1, 1)],
    ['a group of HEVC', mp4Box('sbgp', 0, 'sync', 1, 1, 1)],
    ['a gradual refresh', mp4Box('sbgp', 0, 'roll', 1, 1, 1)],
  ])('have groups of unknown length if %s lists key frames apart', (_, apart) => {
    const tables = [mp4Box('stss', 0, 1, 1), mp4Box('stsz', 0, 5, 600)]
    expect(frames(...tables).video).toEqual({ codec: 'avc1', longestGop: 600 })
    expect(frames(apart, ...tables).video).toEqual({ codec: 'avc1' })
    expect(frames(...tables, apart).video).toEqual({ codec: 'avc1' })
  })

  it('have groups of known length whatever else is grouped', () => {
    const tables = [mp4Box('sbgp', 0, 'tele', 1, 1, 1), mp4Box('stsz', 0, 5, 100)]
    expect(frames(...tables).video).toEqual({ codec: 'avc1', longestGop: 1 })
  })
})

describe('the sound of an MP4', () => {
  it('is the first track that is not switched off', () => {
    const first = trak({ handler: 'soun', isEnabled: false, entry: mp4Box('fLaC', zeros(28)) })
    const second = trak({ handler: 'soun', entry: mp4Box('ec-3', zeros(28)) })
    expect(factsOf(mp4Box('moov', mvhd(1000), first, second)).audio).toEqual({ codec: 'ec-3' })
    expect(factsOf(mp4Box('moov', mvhd(1000), first)).audio).toEqual({ codec: 'fLaC' })
  })

  const sound = (entry: Uint8Array) => factsOf(mp4Box('moov', mvhd(4000), trak({ handler: 'soun', entry }))).audio

  /** Version, channels and sample rate of a sound in the fields that all versions have. */
  const fields = (version: number) =>
    joined(
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, version),
      zeros(6),
      Uint8Array.of(0, 2, 0, 16, 0, 0, 0, 0, 0xac, 0x44, 0, 0),
    )
  const esds = (objectType: number, flags: number, ...specific: number[]) =>
    mp4Box(
      'esds',
      0,
      Uint8Array.of(
        3,
        0x80,
        0x40,
        0,
        1,
        flags,
        ...(flags === 0xe0 ? [0, 9, 2, 104, 105, 0, 8] : []),
        4,
        30,
        objectType,
        0x15,
        ...zeros(11),
        5,
        specific.length,
        ...specific,
      ),
    )

  it.each([
    ['of QuickTime, version 0', mp4Box('sowt', fields(0)), { codec: 'sowt', channels: 2, sampleRate: 44_100 }],
    [
      'of QuickTime, version 1',
      mp4Box('mp4a', fields(1), zeros(16), esds(0x40, 0, 0x11, 0x88)),
      { codec: 'aac', channels: 1, sampleRate: 48_000 },
    ],
    [
      'of QuickTime, version 2',
      mp4Box('lpcm', fields(2), zeros(4), '\x40\xf7\x70\0\0\0\0\0', 6, zeros(20)),
      { codec: 'lpcm', channels: 6, sampleRate: 96_000 },
    ],
    [
      'in a wave',
      mp4Box('mp4a', fields(0), mp4Box('wave', mp4Box('frma', 'mp4a'), esds(0x40, 0, 0x11, 0x88))),
      { codec: 'aac', channels: 1, sampleRate: 48_000 },
    ],
    [
      'of MPEG-2',
      mp4Box('mp4a', fields(0), esds(0x67, 0, 0x11, 0x90)),
      { codec: 'aac', channels: 2, sampleRate: 48_000 },
    ],
    [
      'with all optional fields',
      mp4Box('mp4a', fields(0), esds(0x40, 0xe0, 0x11, 0x90)),
      { codec: 'aac', channels: 2, sampleRate: 48_000 },
    ],
    ['of MP3', mp4Box('mp4a', fields(0), esds(0x6b, 0)), { codec: 'mp3' }],
    ['of MP3 in QuickTime', mp4Box('.mp3', fields(0)), { codec: 'mp3' }],
    ['of another codec', mp4Box('alac', fields(0)), { codec: 'alac' }],
    ['without a description', mp4Box('mp4a', fields(0)), { codec: 'mp4a' }],
    ['with an empty description', mp4Box('mp4a', fields(0), mp4Box('esds', 0)), { codec: 'mp4a' }],
  ])('%s', (_, entry, facts) => {
    expect(sound(entry)).toEqual(facts)
  })
})

describe('a box of an MP4', () => {
  it('may have a size of 64 bits, or reach to the end of the file', () => {
    const media = mp4Box('mdat', zeros(100))
    const large = joined(
      Uint8Array.of(0, 0, 0, 1),
      new TextEncoder().encode('mdat'),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 116),
      zeros(100),
    )
    const endless = media.slice()
    endless.set(zeros(4))
    expect(factsOf(large, mp4Box('moov', mvhd(4000), trak()), endless)).toMatchObject({ durationSecs: 4, frames: 100 })
  })

  it('may end with four zeros, as QuickTime’s do', () => {
    expect(factsOf(mp4Box('moov', mvhd(4000), mp4Box('trak', 0), trak(), 0))).toMatchObject({ frames: 100 })
  })
})

describe('a fragmented MP4', () => {
  const trex = (ticks: number, flags = 0) => mp4Box('trex', 0, 7, 1, ticks, 0, flags)
  const movie = (...extension: readonly Uint8Array[]) =>
    mp4Box('moov', mvhd(0), trak({ tables: [mp4Box('stsz', 0, 0, 0)] }), mp4Box('mvex', ...extension))
  const moof = (...boxes: readonly Uint8Array[]) => mp4Box('moof', mp4Box('traf', ...boxes))
  const NO_KEY = 0x10000

  it.each([
    [
      'defaults of the movie',
      [movie(trex(40)), moof(mp4Box('tfhd', 0, 7), mp4Box('trun', 0, 50))],
      { durationSecs: 2, frames: 50, frameRate: 25, video: { longestGop: 1 } },
    ],
    [
      'defaults of the fragment',
      [
        movie(trex(1, 0)),
        moof(mp4Box('tfhd', 0x3b, 7, 0, 0, 1, 20, 9, NO_KEY), mp4Box('trun', 5, 50, 0, 0)),
        moof(mp4Box('tfhd', 0x28, 7, 20, NO_KEY), mp4Box('trun', 0, 50)),
      ],
      { durationSecs: 2, frames: 100, frameRate: 50, video: { longestGop: 100 } },
    ],
    [
      'each of its samples',
      [
        movie(trex(1)),
        moof(mp4Box('tfhd', 0, 7), mp4Box('trun', 0xf01, 3, 0, 100, 9, 0, 0, 200, 9, NO_KEY, 0, 300, 9, NO_KEY, 0)),
      ],
      { durationSecs: 0.6, frames: 3, frameRate: 5, video: { longestGop: 3 } },
    ],
    [
      'each of its samples and the flags of the first',
      [
        movie(trex(1, NO_KEY)),
        moof(mp4Box('tfhd', 0, 7), mp4Box('trun', 0x104, 3, 0, 100, 200, 300)),
        moof(mp4Box('tfhd', 0, 7), mp4Box('trun', 0x104, 2, 0, 100, 300)),
      ],
      { durationSecs: 1, frames: 5, frameRate: 5, video: { longestGop: 3 } },
    ],
  ])('is counted by %s', (_, boxes, facts) => {
    expect(factsOf(...boxes)).toMatchObject(facts)
  })

  it('does not count samples of tracks that it does not have', () => {
    expect(factsOf(movie(trex(40)), moof(mp4Box('tfhd', 0, 9), mp4Box('trun', 0, 50))).frames).toBeUndefined()
  })

  it.each([
    ['its movie', [mp4Box('moov', mvhd(0), mp4Box('mvex', mp4Box('mehd', 0, 9000)))], 9],
    ['its movie, with 64 bits', [mp4Box('moov', mvhd(0), mp4Box('mvex', mp4Box('mehd', LONG, 0, 9000)))], 9],
    ['an index', [movie(trex(40)), mp4Box('sidx', 0, 7, 1000, 0, 0, 2, 99, 4000, 0, 99, 2500, 0)], 6.5],
    [
      'an index of 64 bits',
      [movie(trex(40)), mp4Box('sidx', LONG, 7, 1000, 0, 0, 0, 0, 2, 99, 4000, 0, 99, 2500, 0)],
      6.5,
    ],
    ['no index of one part', [movie(trex(40)), mp4Box('sidx', 0, 7, 1000, 0, 0, 1, 99, 4000, 0)], undefined],
    [
      'no index of indices',
      [movie(trex(40)), mp4Box('sidx', 0, 7, 1000, 0, 0, 2, 99, 4000, 0, 0x8000_0063, 2500, 0)],
      undefined,
    ],
  ])('is announced in full by %s', (_, boxes, durationSecs) => {
    const reader = createMp4Reader()
    reader.push(joined(...boxes))
    expect(reader.facts().durationSecs).toBe(durationSecs)
    expect(reader.done).toBe(false)
  })

  it('tells its whole length within the first segment if it begins with an index', () => {
    const file = readVideoFixture('dash-global-index.mp4')
    const reader = createMp4Reader()
    reader.push(file.subarray(0, 1300))
    expect(reader.facts()).toMatchObject({ durationSecs: 3, width: 64 })
    expect(reader.facts().frames).toBeUndefined()
  })

  it('that ends within a box has no length', () => {
    const file = joined(movie(trex(40)), moof(mp4Box('tfhd', 0, 7), mp4Box('trun', 0, 50)))
    const reader = createMp4Reader()
    reader.push(file.subarray(0, -4))
    reader.end()
    expect(reader.facts()).toMatchObject({ hasVideo: true })
    expect(reader.facts().durationSecs).toBeUndefined()
  })
})
