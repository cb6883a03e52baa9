import { joined } from './bytes.ts'
import { readVideoFixture } from './video-fixtures.ts'

/** Content of a box: text and bytes as they are, and numbers of four bytes. */
type Content = string | number | Uint8Array

/** A box of ISO/IEC 14496-12. */
export function mp4Box(type: string, ...contents: readonly Content[]): Uint8Array<ArrayBuffer> {
  const bytes = contents.map(bytesOf)
  const size = bytes.reduce((sum, { length }) => sum + length, 8)
  return joined(bytesOf(size), bytesOf(type), ...bytes)
}

function bytesOf(content: Content): Uint8Array {
  if (typeof content === 'string') return Uint8Array.from(content, (character) => character.charCodeAt(0))
  if (typeof content !== 'number') return content
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, content)
  return bytes
}

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes)

const TIMESCALE = 90_000
const MOVIE_TIMESCALE = 1000
const SAMPLES_PER_KEY_FRAME = 250

/**
 * A movie with a video and a sound, whose tables name every sample one by one, as large as such tables can be, and the time
 * codes and metadata of a camera.
 */
export function movieWithTables(seconds: number, framesPerSecond: number): Uint8Array<ArrayBuffer> {
  const frames = Math.round(seconds * framesPerSecond)
  const header = mp4Box('mvhd', 0, 0, 0, MOVIE_TIMESCALE, seconds * MOVIE_TIMESCALE, zeros(80))
  const video = track(1, 'vide', videoEntry(), seconds, frames)
  const sound = track(2, 'soun', mp4Box('sowt', zeros(16), '\0\x02\0\x10\0\0\0\0\xac\x44\0\0'), seconds, frames)
  const others = ['tmcd', 'meta', 'meta', 'meta'].map((kind, at) =>
    track(3 + at, kind, mp4Box(kind), seconds, SAMPLES_PER_KEY_FRAME),
  )
  return joined(mp4Box('ftyp', 'isom', 0), mp4Box('moov', header, video, sound, ...others))
}

function videoEntry(): Uint8Array {
  return mp4Box('avc1', zeros(24), '\x05\0\x02\xd0', zeros(50), highProfile(), mp4Box('pasp', 1, 1))
}

/** The `avcC` of a real video. */
function highProfile(): Uint8Array {
  const file = readVideoFixture('high-profile.mp4')
  const start = String.fromCharCode(...file).indexOf('avcC') - 4
  return file.subarray(start, start + new DataView(file.buffer).getUint32(start))
}

function track(id: number, handler: string, entry: Uint8Array, seconds: number, samples: number): Uint8Array {
  const header = mp4Box('tkhd', 1, 0, 0, id, zeros(68))
  const tables = [
    mp4Box('stsd', 0, 1, entry),
    // Times that differ by one tick, so that no two samples share an entry.
    table('stts', samples, (sample) => [1, TIMESCALE / (samples / seconds) + (sample % 2 ? 1 : -1)]),
    table('stss', samples / SAMPLES_PER_KEY_FRAME, (sample) => [1 + sample * SAMPLES_PER_KEY_FRAME]),
    table('ctts', samples, (sample) => [1, sample]),
    mp4Box('stsz', 0, 0, Uint8Array.from(tableBytes(samples, () => [1000]))),
    table('stco', samples, (sample) => [sample]),
  ]
  const mediaHeader = mp4Box('mdhd', 0, 0, 0, TIMESCALE, seconds * TIMESCALE, 0)
  const media = mp4Box(
    'mdia',
    mediaHeader,
    mp4Box('hdlr', 0, 0, handler, zeros(13)),
    mp4Box('minf', mp4Box('stbl', ...tables)),
  )
  return mp4Box('trak', header, media)
}

function table(type: string, count: number, entry: (index: number) => readonly number[]): Uint8Array {
  return mp4Box(type, 0, tableBytes(count, entry))
}

/** The number of entries, then the entries. */
function tableBytes(count: number, entry: (index: number) => readonly number[]): Uint8Array {
  const width = entry(0).length
  const view = new DataView(new ArrayBuffer(4 + 4 * width * count))
  view.setUint32(0, count)
  for (let index = 0; index < count; index++) {
    for (const [field, value] of entry(index).entries()) view.setUint32(4 + 4 * (width * index + field), value)
  }
  return new Uint8Array(view.buffer)
}
