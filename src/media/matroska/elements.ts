import { latin1 } from '../../lib/bytes.ts'
import { MAX_TAKE } from '../step-reader.ts'
import { BLOCK_BYTES, readGroupedBlock, readReference, readSimpleBlock } from './blocks.ts'
import { readCodecConfig } from './codecs.ts'
import { currentTrack, type MatroskaState } from './state.ts'
import { readFloat, readUnsigned } from './vint.ts'

/** Ids of elements: RFC 8794 section 11.2 and RFC 9559 section 5.1. */
export const CLUSTER = 0x1f43b675
export const TRACK_ENTRY = 0xae
const EBML = 0x1a45dfa3
const SEGMENT = 0x18538067
const INFO = 0x1549a966
const TRACKS = 0x1654ae6b
const VIDEO = 0xe0
const AUDIO = 0xe1
const BLOCK_GROUP = 0xa0

/** Elements of which the content is elements that tell something. */
export const MASTERS: ReadonlySet<number> = new Set([
  ...[EBML, SEGMENT, INFO, TRACKS, TRACK_ENTRY, VIDEO, AUDIO, CLUSTER, BLOCK_GROUP],
])

/** An element without elements in it. */
interface Leaf {
  /** Bytes that are read at most. A longer element is passed over, unless its beginning is enough. */
  most: number
  isLonger: boolean
  read(state: MatroskaState, content: Uint8Array): void
}

/** Values of `TrackType`: RFC 9559 section 5.1.4.1.3 */
const TRACK_KINDS: ReadonlyMap<number, 'video' | 'audio'> = new Map([
  [1, 'video'],
  [2, 'audio'],
])

/** The elements that are read, by their ids. */
export const LEAVES: ReadonlyMap<number, Leaf> = new Map([
  // DocType
  [0x4282, short(readDocType)],
  // TimestampScale, Duration; Timestamp of a cluster
  [0x2ad7b1, numberOf('tickNanos')],
  [0x4489, short(readDuration)],
  [0xe7, numberOf('clusterTicks')],
  // TrackNumber, TrackType, CodecID, CodecPrivate, DefaultDuration
  [0xd7, numberOfTrack('number')],
  [0x83, short(readTrackType)],
  [0x86, short(readCodecId)],
  [0x63a2, { most: MAX_TAKE, isLonger: false, read: (state, config) => readCodecConfig(currentTrack(state), config) }],
  [0x23e383, numberOfTrack('frameNanos')],
  // PixelWidth, PixelHeight, DisplayWidth, DisplayHeight
  [0xb0, numberOfTrack('pixelWidth')],
  [0xba, numberOfTrack('pixelHeight')],
  [0x54b0, numberOfTrack('displayWidth')],
  [0x54ba, numberOfTrack('displayHeight')],
  // Channels, SamplingFrequency
  [0x9f, numberOfTrack('channels')],
  [0xb5, short(readSampleRate)],
  // SimpleBlock, Block, ReferenceBlock
  [0xa3, beginning(readSimpleBlock)],
  [0xa1, beginning(readGroupedBlock)],
  [0xfb, short(readReference)],
])

/** An element of few bytes: a number, or a name. */
function short(read: Leaf['read']): Leaf {
  return { most: 32, isLonger: false, read }
}

function beginning(read: Leaf['read']): Leaf {
  return { most: BLOCK_BYTES, isLonger: true, read }
}

function numberOf(member: 'tickNanos' | 'clusterTicks'): Leaf {
  return short((state, content) => {
    state[member] = readUnsigned(content)
  })
}

function numberOfTrack(
  member: 'number' | 'frameNanos' | 'pixelWidth' | 'pixelHeight' | 'displayWidth' | 'displayHeight' | 'channels',
): Leaf {
  return short((state, content) => {
    currentTrack(state)[member] = readUnsigned(content)
  })
}

function readDocType(state: MatroskaState, content: Uint8Array): void {
  state.container = readText(content) === 'webm' ? 'webm' : 'matroska'
}

function readDuration(state: MatroskaState, content: Uint8Array): void {
  state.durationTicks = readFloat(content)
}

function readTrackType(state: MatroskaState, content: Uint8Array): void {
  currentTrack(state).kind = TRACK_KINDS.get(readUnsigned(content))
}

function readCodecId(state: MatroskaState, content: Uint8Array): void {
  currentTrack(state).codecId = readText(content)
}

function readSampleRate(state: MatroskaState, content: Uint8Array): void {
  currentTrack(state).sampleRate = readFloat(content)
}

/** A string may be padded with NULs: RFC 8794 section 7.4 */
function readText(content: Uint8Array): string {
  return latin1(content).replace(/\0+$/, '')
}
