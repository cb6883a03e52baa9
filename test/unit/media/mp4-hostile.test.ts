import { describe, expect, it } from 'vitest'
import { createMp4Reader } from '../../../src/media/mp4/reader.ts'
import { createProbe } from '../../../src/media/probe.ts'
import { VIDEO_FORMATS } from '../../../src/media/video-formats.ts'
import { counted } from '../../support/counted-bytes.ts'
import { heldBytes } from '../../support/memory.ts'
import { movieWithTables, mp4Box } from '../../support/mp4-boxes.ts'
import { readVideoFixture } from '../../support/video-fixtures.ts'

const MIB = 1024 * 1024
const HELD_BYTES = 64 * 1024

function read(...parts: readonly Uint8Array[]): ReturnType<typeof createMp4Reader> {
  const reader = createMp4Reader()
  for (const part of parts) reader.push(part)
  reader.end()
  return reader
}

/** A file of the fixtures with bytes replaced, so far behind the beginning of the first box of the type. */
function patched(name: string, type: string, offset: number, bytes: readonly number[]): Uint8Array {
  const file = readVideoFixture(name)
  const at = new TextDecoder('latin1').decode(file).indexOf(type) - 4
  expect(at).toBeGreaterThan(0)
  file.set(bytes, at + offset)
  return file
}

const ONES = [0xff, 0xff, 0xff, 0xff]

describe('a hostile MP4', () => {
  it.each([
    ['a table of times with 2^32 - 1 entries', patched('moov-first.mp4', 'stts', 12, ONES)],
    ['a table of sizes with 2^32 - 1 entries', patched('moov-first.mp4', 'stsz', 16, ONES)],
    ['a list of 2^32 - 1 key frames', patched('moov-first.mp4', 'stss', 12, ONES)],
    [
      'key frames in no order',
      mp4Box(
        'moov',
        mp4Box(
          'trak',
          mp4Box('mdia', mp4Box('hdlr', 0, 0, 'vide'), mp4Box('minf', mp4Box('stbl', mp4Box('stss', 0, 2, 9, 3)))),
        ),
      ),
    ],
    ['a box larger than the one around it', patched('moov-first.mp4', 'mvhd', 0, [0x7f, 0, 0, 0])],
    ['a box smaller than its header', patched('moov-first.mp4', 'trak', 0, [0, 0, 0, 7])],
    ['a box in a box to the end of the file', patched('moov-first.mp4', 'trak', 0, [0, 0, 0, 0])],
    ['a movie header of 8 bytes', mp4Box('moov', mp4Box('mvhd'))],
    [
      'more than 16 tracks',
      mp4Box('moov', ...Array.from({ length: 17 }, () => mp4Box('trak', mp4Box('mdia', mp4Box('hdlr', 0, 0, 'vide'))))),
    ],
  ])('with %s ends the walk', (_, file) => {
    expect(() => read(file)).toThrow(Error)
  })

  it('with a track of 8 bytes tells nothing of it', () => {
    expect(read(mp4Box('moov', mp4Box('trak'))).facts()).toEqual({ container: 'quicktime', hasVideo: false })
  })

  it('cannot make one table entry stand for much work', () => {
    const times = patched('moov-first.mp4', 'stts', 16, ONES)
    expect(read(times).facts()).toMatchObject({ frames: 10, durationSecs: 1 })
  })

  it('of 1,048,576 empty boxes is left after a few of them', () => {
    const box = mp4Box('free')
    const boxes = new Uint8Array(8 * MIB).map((_, at) => box[at % 8] ?? 0)
    const { bytes, reads } = counted(boxes)
    expect(() => createMp4Reader().push(bytes)).toThrow('too many boxes')
    expect(reads()).toBeLessThan(25_000 * 8)
  })

  it('may have 20,000 empty boxes in front', () => {
    const boxes = Array.from({ length: 19_900 }, () => mp4Box('free'))
    expect(read(...boxes, readVideoFixture('moov-first.mp4')).facts()).toMatchObject({ container: 'mp4', frames: 10 })
  })
})

describe('the index of a movie of two hours', () => {
  const movie = movieWithTables(7200, 30)

  it('is walked through to the second track, with work in proportion', () => {
    expect(movie.length).toBeGreaterThan(9 * MIB)
    const { bytes, reads } = counted(movie)
    const reader = createMp4Reader()
    reader.push(bytes)
    expect(reader.done).toBe(true)
    expect(reader.facts()).toEqual({
      ...{
        container: 'mp4',
        width: 1280,
        height: 720,
        durationSecs: 7200,
        frames: 216_000,
        frameRate: 30,
        hasVideo: true,
      },
      video: { codec: 'avc1', profile: 'High', level: '4.1', chroma: '4:2:0', bitDepth: 8, longestGop: 250 },
      ...{ audio: { codec: 'sowt', channels: 2, sampleRate: 44_100 } },
    })
    // The key frames, and nothing else that grows.
    expect(reads()).toBeLessThan((2 * 216_000 * 4) / 250 + 2000)
  })

  it('tells the duration and the size within its first KiB, and the frames behind the first tables', () => {
    const reader = createMp4Reader()
    reader.push(movie.subarray(0, 1024))
    expect(reader.facts()).toMatchObject({ durationSecs: 7200, width: 1280, hasVideo: true })
    expect(reader.facts().frames).toBeUndefined()
    reader.push(movie.subarray(1024, movie.length / 2 + 1024))
    expect(reader.facts()).toMatchObject({ frames: 216_000, frameRate: 30, video: { longestGop: 250 } })
  })

  it('takes less than 64 KiB to read, wherever it is cut', () => {
    const PROBES = 64
    const halfWay = (index: number) => {
      const probe = createProbe({ formats: VIDEO_FORMATS, firstSegmentBytes: 4 * MIB })
      probe.push(movie.subarray(0, Math.floor((movie.length * (index + 0.5)) / PROBES) + (index % 8)))
      return probe
    }
    halfWay(0)
    const before = heldBytes()
    const probes = Array.from({ length: PROBES }, (_, index) => halfWay(index))
    expect((heldBytes() - before) / PROBES).toBeLessThan(HELD_BYTES)
    expect(probes.every((probe) => probe.facts()?.durationSecs === 7200)).toBe(true)
  })
})
