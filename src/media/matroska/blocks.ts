import { uint16 } from '../../lib/bytes.ts'
import { readVp9Frame, VP9_HEADER_BYTES } from '../codecs/vpx.ts'
import { type FrameCount, type MatroskaState, type MatroskaTrack, videoTrack } from './state.ts'
import { readMarked, sizeBytes } from './vint.ts'

// The structure of a block: RFC 9559 section 10.1

/** The number of a track, of two bytes at most; ticks; flags; and the beginning of a frame. */
export const BLOCK_BYTES: number = 2 + 2 + 1 + VP9_HEADER_BYTES

const IS_KEY_FRAME = 0x80

/** Frames of VP9 that are searched for a key frame: a file should begin with one. */
const MOST_SEARCHED = 1000

export function readSimpleBlock(state: MatroskaState, block: Uint8Array): void {
  readBlock(state, block, ((block[flagsAt(block)] ?? 0) & IS_KEY_FRAME) !== 0)
}

/** A block in a group says nothing about key frames. */
export function readGroupedBlock(state: MatroskaState, block: Uint8Array): void {
  readBlock(state, block, true)
}

/** A block that refers to another one is no key frame. The reference comes after its block. */
export function readReference({ frames }: MatroskaState): void {
  frames.isKey = false
}

/** Behind the number of the track and the ticks. */
function flagsAt(block: Uint8Array): number {
  return sizeBytes(block[0]) + 2
}

function readBlock(state: MatroskaState, block: Uint8Array, isKey: boolean): void {
  const frameAt = flagsAt(block) + 1
  if (frameAt > block.length) throw new Error('A block is too short.')
  const ticksAt = frameAt - 3
  const ticks = state.clusterTicks + signed16(uint16(block, ticksAt))
  state.firstTicks = Math.min(ticks, state.firstTicks ?? ticks)
  state.lastTicks = Math.max(ticks, state.lastTicks ?? ticks)
  const track = videoTrack(state)
  if (track?.number !== readMarked(block, 0, ticksAt)) return
  if (track.codecId === 'V_VP9' && !track.video && state.frames.count < MOST_SEARCHED) {
    track.video = searchFrame(block.subarray(frameAt))
  }
  countFrame(state.frames, ticks, isKey)
}

function searchFrame(frame: Uint8Array): MatroskaTrack['video'] {
  return frame.length < VP9_HEADER_BYTES ? undefined : readVp9Frame(frame)
}

function signed16(number: number): number {
  return (number << 16) >> 16
}

function countFrame(frames: FrameCount, ticks: number, isKey: boolean): void {
  frames.firstTicks = frames.count === 0 ? ticks : Math.min(ticks, frames.firstTicks)
  frames.lastTicks = frames.count === 0 ? ticks : Math.max(ticks, frames.lastTicks)
  if (frames.count > 0) finishFrame(frames)
  frames.count += 1
  frames.isKey = isKey
}

/** Only what follows a frame shows whether it is a key frame. */
export function finishFrame(frames: FrameCount): void {
  frames.sinceKey = frames.isKey ? 1 : frames.sinceKey + 1
  frames.longest = Math.max(frames.longest, frames.sinceKey)
}
