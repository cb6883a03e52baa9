import { uint16 } from '../../lib/bytes.ts'
import { readVp9Frame, VP9_HEADER_BYTES } from '../codecs/vpx.ts'
import { type FrameCount, type MatroskaState, videoTrack } from './state.ts'
import { readMarked, sizeBytes } from './vint.ts'

// The structure of a block: RFC 9559 section 10.1

/** The number of a track, of two bytes at most; ticks; flags; and the beginning of a frame. */
export const BLOCK_BYTES: number = 2 + 2 + 1 + VP9_HEADER_BYTES

const IS_KEY_FRAME = 0x80

export function readSimpleBlock(state: MatroskaState, block: Uint8Array): void {
  readBlock(state, block, (flags) => (flags & IS_KEY_FRAME) !== 0)
}

/** A block in a group says nothing about key frames. */
export function readGroupedBlock(state: MatroskaState, block: Uint8Array): void {
  readBlock(state, block, () => true)
}

/** It follows a block that is no key frame, in the same group. */
export function readReference({ frames }: MatroskaState): void {
  frames.isKey = false
}

function readBlock(state: MatroskaState, block: Uint8Array, isKey: (flags: number) => boolean): void {
  const start = sizeBytes(block[0])
  if (start + 3 > block.length) throw new Error('A block is too short.')
  const ticks = state.clusterTicks + signed16(uint16(block, start))
  state.firstTicks = Math.min(ticks, state.firstTicks ?? ticks)
  state.lastTicks = Math.max(ticks, state.lastTicks ?? ticks)
  const track = videoTrack(state)
  if (track?.number !== readMarked(block, 0, start)) return
  countFrame(state.frames, ticks, isKey(block[start + 2] ?? 0))
  const frame = block.subarray(start + 3)
  if (track.codecId === 'V_VP9' && !track.video && frame.length >= VP9_HEADER_BYTES) track.video = readVp9Frame(frame)
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
