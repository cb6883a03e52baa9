import { ascii, joined } from './bytes.ts'
import { mp4Box } from './mp4-boxes.ts'
import { readVideoFixture } from './video-fixtures.ts'

/** A file of any length: its head, then the same bytes over and over, then its tail. */
export interface LongMedia {
  head: Uint8Array
  repeated: Uint8Array
  tail: Uint8Array
}

/** Files of about so many bytes. Their frames have 5,000 bytes, 60 a second, of which the first is a key frame. */
export const LONG_MEDIA: Readonly<Record<string, (bytes: number) => LongMedia>> = {
  MP4: longMovie,
  'MP4, fragmented': longFragmentedMovie,
  WebM: longWebm,
  'MPEG-TS': longTransportStream,
  GIF: longGif,
}

/** How often the middle of a file of about this length is repeated. */
function timesRepeated({ head, repeated, tail }: LongMedia, bytes: number): number {
  return Math.floor((bytes - head.length - tail.length) / repeated.length)
}

/** The bytes of a file of about this length, in segments. All but the first and the last are views of one buffer. */
export function* segmentsOf(media: LongMedia, bytes: number, segmentBytes: number): Generator<Uint8Array, void, void> {
  const { head, repeated, tail } = media
  const inBuffer = Math.ceil(segmentBytes / repeated.length) + 1
  const buffer = joined(...Array.from({ length: inBuffer }, () => repeated))
  const middleBytes = timesRepeated(media, bytes) * repeated.length
  let at = segmentBytes - head.length
  yield joined(head, buffer.subarray(0, at))
  for (; at + segmentBytes <= middleBytes; at += segmentBytes) {
    const from = at % repeated.length
    yield buffer.subarray(from, from + segmentBytes)
  }
  const from = at % repeated.length
  yield joined(buffer.subarray(from, from + middleBytes - at), tail)
}

const FRAMES = 60
const FRAME_BYTES = 5000
const FRAME = new Uint8Array(FRAME_BYTES)
const NOTHING = new Uint8Array()

/** An MP4 of about this length whose index comes last, as phones and ffmpeg write it. */
function longMovie(bytes: number): LongMedia {
  const movie = readVideoFixture('gop-600.mp4')
  const tail = movie.subarray(boxAt(movie, 'moov'))
  const type = mp4Box('ftyp', 'isom', 0)
  const head = joined(type, mp4Box('mdat'))
  const media = { head, repeated: FRAME, tail }
  new DataView(head.buffer).setUint32(type.length, 8 + timesRepeated(media, bytes) * FRAME_BYTES)
  return media
}

/** An MP4 in fragments of a second, as recorders write it. */
function longFragmentedMovie(): LongMedia {
  const movie = readVideoFixture('fragmented.mp4')
  // Track 1, and what counts for all its frames: how long they are shown, and that they are no key frames.
  const header = mp4Box('tfhd', 0x02_00_28, 1, 256, 0x01_00_00)
  // The first frame's own flags; and the size of each.
  const run = mp4Box('trun', 0x02_05, FRAMES, 0, 0, ...Array.from({ length: FRAMES }, () => FRAME_BYTES))
  const data = mp4Box('mdat', new Uint8Array(FRAMES * FRAME_BYTES))
  return {
    head: movie.subarray(0, boxAt(movie, 'moof')),
    repeated: joined(mp4Box('moof', mp4Box('mfhd', 0, 1), mp4Box('traf', header, run)), data),
    tail: NOTHING,
  }
}

function boxAt(movie: Uint8Array, type: string): number {
  return Buffer.from(movie).indexOf(type) - 4
}

const CLUSTER = [0x1f, 0x43, 0xb6, 0x75]
const UNKNOWN_SIZE = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
const FIRST_TIMESTAMP = [0xe7, 0x81, 0]

/** A live WebM in clusters of a second. */
function longWebm(): LongMedia {
  const live = readVideoFixture('live.webm')
  const blocks = Array.from({ length: FRAMES }, (_, frame) => simpleBlock(frame * 16, frame === 0))
  return {
    head: live.subarray(0, Buffer.from(live).indexOf(Uint8Array.from(CLUSTER))),
    repeated: joined(CLUSTER, UNKNOWN_SIZE, FIRST_TIMESTAMP, ...blocks),
    tail: NOTHING,
  }
}

function simpleBlock(ticks: number, isKey: boolean): Uint8Array {
  const size = 4 + FRAME_BYTES
  return joined([0xa3, 0x40 | (size >> 8), size, 0x81, ticks >> 8, ticks, isKey ? 0x80 : 0], FRAME)
}

const PACKET_BYTES = 188
const PACKETS_PER_FRAME: number = Math.ceil(FRAME_BYTES / PACKET_BYTES)
const TICKS_PER_FRAME = 1500

/** A transport stream whose times begin again each second. */
function longTransportStream(): LongMedia {
  const frames = Array.from({ length: FRAMES }, (_, frame) => packetsOfFrame(frame * TICKS_PER_FRAME))
  return { head: readVideoFixture('broadcast.mpegts'), repeated: joined(...frames.flat()), tail: NOTHING }
}

/** The packets of a frame in the stream of the fixture's video; the first begins with the frame's time. */
function packetsOfFrame(ticks: number): Uint8Array[] {
  const time = [0x21, ticks >> 22, ((ticks >> 14) & 0xfe) | 1, ticks >> 7, ((ticks << 1) & 0xfe) | 1]
  const header = [0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, time.length, ...time]
  return Array.from({ length: PACKETS_PER_FRAME }, (_, at) => {
    const packet = new Uint8Array(PACKET_BYTES)
    packet.set(at === 0 ? [0x47, 0x41, 0, 0x10, ...header] : [0x47, 0x01, 0, 0x10])
    return packet
  })
}

const SUB_BLOCK: Uint8Array = joined([255], new Uint8Array(255))
const SUB_BLOCKS = 175

/** A GIF of images as large as 350 of them in 15 MiB, each shown for 100 ms. */
function longGif(): LongMedia {
  const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0]
  const image = [0x2c, 0, 0, 0, 0, 64, 0, 64, 0, 0, 8]
  const data = Array.from({ length: SUB_BLOCKS }, () => SUB_BLOCK)
  return {
    head: joined(ascii('GIF89a'), [64, 0, 64, 0, 0, 0, 0]),
    repeated: joined(control, image, ...data, [0]),
    tail: Uint8Array.of(0x3b),
  }
}
