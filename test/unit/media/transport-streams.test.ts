import { describe, expect, it } from 'vitest'
import type { ReadFacts } from '../../../src/media/facts-reader.ts'
import { createTransportStreamReader } from '../../../src/media/mpegts/reader.ts'
import { writeBits } from '../../support/bits.ts'
import { joined } from '../../support/bytes.ts'
import { counted } from '../../support/counted-bytes.ts'
import { readVideoFixture } from '../../support/video-fixtures.ts'

const PACKET_BYTES = 188

function factsOf(...parts: readonly Uint8Array[]): ReadFacts {
  const reader = createTransportStreamReader()
  for (const part of parts) reader.push(part)
  reader.end()
  return reader.facts()
}

function packetsOf(stream: Uint8Array): Uint8Array[] {
  return Array.from({ length: stream.length / PACKET_BYTES }, (_, at) =>
    stream.slice(at * PACKET_BYTES, (at + 1) * PACKET_BYTES),
  )
}

const broadcast = packetsOf(readVideoFixture('broadcast.mpegts'))
const facts = factsOf(...broadcast)

/** A packet that is filled up behind its payload by an adaptation field before it. */
function packet(pid: number, startsUnit: boolean, payload: Uint8Array): Uint8Array {
  const stuffing = PACKET_BYTES - 4 - payload.length
  const adaptation =
    stuffing > 0 ? [stuffing - 1, ...(stuffing > 1 ? [0, ...Array<number>(stuffing - 2).fill(0xff)] : [])] : []
  return Uint8Array.of(
    0x47,
    (startsUnit ? 0x40 : 0) | (pid >> 8),
    pid & 0xff,
    stuffing > 0 ? 0x30 : 0x10,
    ...adaptation,
    ...payload,
  )
}

/** A section of a table without its pointer; the checksum is not looked at. */
function section(tableId: number, ...content: readonly number[]): Uint8Array {
  const length = 5 + content.length + 4
  return Uint8Array.of(tableId, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0, ...content, 0, 0, 0, 0)
}

const pointed = (bytes: Uint8Array) => joined(Uint8Array.of(0), bytes)
const programs = packet(0, true, pointed(section(0, 0, 0, 0xe0, 0x10, 0, 1, 0xe1, 0)))

const twoPrograms = packet(0, true, pointed(section(0, 0, 1, 0xe1, 0, 0, 2, 0xe2, 0)))

interface Stream {
  type: number
  pid: number
  descriptors?: readonly number[]
}

function streamTable(...streams: readonly Stream[]): Uint8Array {
  const entries = streams.flatMap(({ type, pid, descriptors = [] }) => [
    type,
    0xe0 | (pid >> 8),
    pid & 0xff,
    0xf0,
    descriptors.length,
    ...descriptors,
  ])
  return section(2, 0xe1, 0, 0xf0, 0, ...entries)
}

const table = (...streams: readonly Stream[]) => packet(0x100, true, pointed(streamTable(...streams)))

/** A packet that begins a unit of video, to be shown at a time. */
function unit(pid: number, time: number | undefined, content: Uint8Array = new Uint8Array(4)): Uint8Array {
  const header = [0, 0, 1, 0xe0, 0, 0, 0x80, time === undefined ? 0 : 0x80, 5]
  return packet(pid, true, Uint8Array.of(...header, ...timeBytes(time ?? 0), ...content))
}

function timeBytes(time: number): number[] {
  const [high, middle, low] = [Math.floor(time / 2 ** 30), Math.floor(time / 2 ** 15) % 2 ** 15, time % 2 ** 15]
  return [0x21 | (high << 1), middle >> 7, ((middle & 0x7f) << 1) | 1, low >> 7, ((low & 0x7f) << 1) | 1]
}

/** A sequence parameter set of H.264: baseline, level 1, 16 × 16 pixels; then the start of the next NAL unit. */
const SEQUENCE = joined(
  Uint8Array.of(0, 0, 0, 1, 0x67, 66, 0, 10),
  writeBits([0, 'ue'], [0, 'ue'], [2, 'ue'], [1, 'ue'], [0, 1], [0, 'ue'], [0, 'ue'], [0b11001, 5]),
  Uint8Array.of(0, 0, 1, 0x68, 0),
)

const FILLER = packet(0x1fff, false, new Uint8Array(PACKET_BYTES - 4))
const video = (...times: readonly number[]) =>
  factsOf(
    programs,
    table({ type: 0x1b, pid: 0x101 }),
    ...times.map((time) => unit(0x101, time, SEQUENCE)),
    FILLER,
    FILLER,
    FILLER,
  )

describe('a transport stream', () => {
  it.each([
    ['begins in the middle of a packet', [new Uint8Array(100).fill(0x47), ...broadcast]],
    [
      'has lost bytes',
      [...broadcast.slice(0, 9), broadcast[9]?.subarray(0, 90) ?? FILLER, FILLER, ...broadcast.slice(9)],
    ],
    ['has bytes too many', [...broadcast.slice(0, 9), new Uint8Array(500), FILLER, ...broadcast.slice(9)]],
    ['has packets with parity', broadcast.map((bytes) => joined(bytes, new Uint8Array(16)))],
    ['has packets with timestamps', broadcast.map((bytes) => joined(new Uint8Array(4), bytes))],
  ])('is read if it %s', (_, parts) => {
    expect(factsOf(...parts)).toEqual(facts)
  })

  it('tells the codecs early, and its length at the end', () => {
    const reader = createTransportStreamReader()
    for (const bytes of broadcast.slice(0, 20)) reader.push(bytes)
    expect(reader.facts()).toMatchObject({ hasVideo: true, width: 64, frameRate: 10, video: { chroma: '4:2:0' } })
    expect(reader.facts().durationSecs).toBeUndefined()
    expect(reader.done).toBe(false)
  })

  it('may list its streams in a table of several packets', () => {
    const others = Array.from({ length: 60 }, (_, at) => ({ type: 0x05, pid: 0x200 + at }))
    const long = pointed(streamTable(...others, { type: 0x1b, pid: 0x101 }))
    const parts = [long.subarray(0, 184), long.subarray(184)].map((part, at) => packet(0x100, at === 0, part))
    expect(factsOf(programs, ...parts, unit(0x101, 0, SEQUENCE), FILLER)).toMatchObject({
      hasVideo: true,
      width: 16,
      height: 16,
    })
  })

  it.each([
    [{ type: 0x02, pid: 0x101 }, { video: { codec: 'mpeg2' } }],
    [{ type: 0x81, pid: 0x101 }, { audio: { codec: 'ac-3' } }],
    [{ type: 0x11, pid: 0x101 }, { audio: { codec: 'aac' } }],
    [
      { type: 0x06, pid: 0x101, descriptors: [0x0a, 1, 0, 0x05, 4, ...new TextEncoder().encode('Opus')] },
      { audio: { codec: 'opus' } },
    ],
  ])('names the codec of %j', (stream, named) => {
    expect(factsOf(programs, table(stream), FILLER, FILLER)).toEqual({
      container: 'mpegts',
      hasVideo: stream.type === 0x02,
      ...named,
    })
  })

  it.each([
    ['a private stream', programs, { type: 0x06, pid: 0x101, descriptors: [0x0a, 1, 0] }],
    ['a stream of a type that is not known', programs, { type: 0xd1, pid: 0x101 }],
    ['another program', twoPrograms, { type: 0x0f, pid: 0x101 }],
  ])('may have a video in %s', (_, listed, stream) => {
    const sound = { type: 0x0f, pid: 0x102 }
    expect(factsOf(listed, table(stream, sound), FILLER, FILLER).hasVideo).toBeUndefined()
    expect(factsOf(listed, table(stream, { type: 0x1b, pid: 0x103 }), FILLER, FILLER).hasVideo).toBe(true)
  })

  it('has no video if it has only sound and data', () => {
    const streams = [0x0f, 0x05, 0x15, 0x86].map((type, at) => ({ type, pid: 0x101 + at }))
    expect(factsOf(programs, table(...streams), FILLER, FILLER).hasVideo).toBe(false)
  })

  it('is known to have no video once its streams are listed', () => {
    expect(factsOf(programs, FILLER, FILLER, FILLER)).toEqual({ container: 'mpegts' })
    expect(factsOf(programs, table(), FILLER, FILLER)).toEqual({ container: 'mpegts', hasVideo: false })
  })

  it('is known by its first parameter set, wherever that is', () => {
    const late = [unit(0x101, 0), unit(0x101, 9000), unit(0x101, 18_000, SEQUENCE), unit(0x101, 27_000)]
    expect(factsOf(programs, table({ type: 0x1b, pid: 0x101 }), ...late)).toMatchObject({
      width: 16,
      durationSecs: 0.4,
    })
  })
})

describe('a transport stream whose codec never shows', () => {
  const streams = table({ type: 0x1b, pid: 0x101 }, { type: 0x81, pid: 0x102 })
  const silent = [unit(0x101, 0), unit(0x102, 0)]
  const continued = packet(0x101, false, new Uint8Array(PACKET_BYTES - 4))

  it('is searched for its parameter sets in 1,000 units of video', () => {
    const readBehind = (units: number) =>
      factsOf(programs, streams, ...Array.from({ length: units }, () => silent).flat(), unit(0x101, 9000, SEQUENCE))
    expect(readBehind(999).width).toBe(16)
    expect(readBehind(1000).width).toBeUndefined()
  })

  it('costs no more than to look at the beginnings of its packets after that', () => {
    const reader = createTransportStreamReader()
    reader.push(joined(programs, streams, ...Array.from({ length: 1000 }, () => silent).flat()))
    const { bytes, reads } = counted(joined(...Array.from({ length: 5000 }, () => continued)))
    reader.push(bytes)
    expect(reads()).toBeLessThanOrEqual(2 * 5000)
  })
})

describe('the times of a transport stream', () => {
  it('tell its length and the rate of its frames', () => {
    expect(video(90_000, 99_000, 108_000)).toMatchObject({ durationSecs: 0.3, frameRate: 10, frames: 3 })
  })

  it('may be in another order than the frames', () => {
    expect(video(90_000, 126_000, 108_000, 99_000, 117_000)).toMatchObject({ durationSecs: 0.5, frameRate: 10 })
  })

  it('may begin after the first frame', () => {
    const frames = [undefined, 90_000, 99_000].map((time) => unit(0x101, time, SEQUENCE))
    expect(factsOf(programs, table({ type: 0x1b, pid: 0x101 }), ...frames, FILLER)).toMatchObject({
      durationSecs: 0.15,
      frames: 3,
    })
  })

  it('may pass 2^33 ticks', () => {
    expect(video(2 ** 33 - 9000, 0, 9000, 18_000)).toMatchObject({ durationSecs: 0.4, frames: 4 })
  })

  it.each([
    ['forwards', [0, 9000, 9_000_000]],
    ['backwards', [9_000_000, 9_009_000, 0]],
  ])('tell nothing if they jump %s', (_, times) => {
    expect(video(...times).durationSecs).toBeUndefined()
  })

  it('tell nothing if the same recording follows once more', () => {
    const times = Array.from({ length: 20 }, (_, frame) => frame * 9000)
    expect(video(...times).durationSecs).toBe(2)
    expect(video(...times, ...times)).not.toHaveProperty('durationSecs')
  })

  it('may wait sixteen frames for one that is shown before them', () => {
    const times = Array.from({ length: 40 }, (_, frame) => frame * 9000)
    const [late = 0] = times.splice(20, 1)
    expect(video(...times.slice(0, 36), late, ...times.slice(36)).durationSecs).toBe(4)
  })

  it('tell nothing of a single frame', () => {
    expect(video(90_000)).toMatchObject({ width: 16 })
    expect(video(90_000).durationSecs).toBeUndefined()
  })
})
