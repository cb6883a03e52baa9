import { latin1, uint16LittleEndian, uint24, uint24LittleEndian, uint32LittleEndian } from '../../lib/bytes.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type NextStep, type StepFormat } from '../step-reader.ts'

// RFC 9649
const FILE_HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8

/** A frame tag, a start code, width and height: RFC 6386, 9.1 */
const LOSSY_BYTES = 10
const LOSSY_START_CODE = 0x9d012a
/** A signature, then 14 bits each of width and height. */
const LOSSLESS_BYTES = 5
const LOSSLESS_SIGNATURE = 0x2f
const SIDE_BITS = 0x3fff
/** Flags, three reserved bytes, width and height. */
const EXTENDED_BYTES = 10
const ANIMATION_FLAG = 0x02
/** A background color and the number of plays. */
const ANIMATION_BYTES = 6
/** Place, size, duration and flags of a frame. */
const FRAME_BYTES = 16
const DURATION_OFFSET = 12

type State = Record<'width' | 'height' | 'plays' | 'frames' | 'duration' | 'fileBytes' | 'chunkBytes', number> & {
  isAnimation: boolean
}
type Step = 'start' | 'chunk' | 'lossy' | 'lossless' | 'extended' | 'animation' | 'frame'

const WEBP: StepFormat<State, Step> = {
  version: 1,
  start: () => ({
    ...{ width: 0, height: 0, isAnimation: false, plays: 0, frames: 0, duration: 0 },
    ...{ fileBytes: 0, chunkBytes: 0 },
  }),
  first: { step: 'start', take: FILE_HEADER_BYTES },
  steps: {
    start(bytes, state) {
      if (latin1(bytes, 8, 12) !== 'WEBP') throw new Error('A WebP begins without its name')
      state.fileBytes = uint32LittleEndian(bytes, 4) - 4
      return { step: 'chunk', take: CHUNK_HEADER_BYTES }
    },
    chunk(bytes, state) {
      const size = uint32LittleEndian(bytes, 4)
      // Chunks of an odd length are padded.
      state.chunkBytes = size + (size % 2)
      state.fileBytes -= CHUNK_HEADER_BYTES + state.chunkBytes
      return chunkStep(latin1(bytes, 0, 4), state)
    },
    lossy(bytes, state) {
      if (uint24(bytes, 3) !== LOSSY_START_CODE) throw new Error('A picture of a WebP has no start code')
      state.width = uint16LittleEndian(bytes, 6) & SIDE_BITS
      state.height = uint16LittleEndian(bytes, 8) & SIDE_BITS
      return undefined
    },
    lossless(bytes, state) {
      if (bytes[0] !== LOSSLESS_SIGNATURE) throw new Error('A picture of a WebP has no signature')
      const sides = uint32LittleEndian(bytes, 1)
      state.width = (sides & SIDE_BITS) + 1
      state.height = ((sides >> 14) & SIDE_BITS) + 1
      return undefined
    },
    extended(bytes, state) {
      state.width = uint24LittleEndian(bytes, 4) + 1
      state.height = uint24LittleEndian(bytes, 7) + 1
      state.isAnimation = ((bytes[0] ?? 0) & ANIMATION_FLAG) !== 0
      return state.isAnimation ? nextChunk(state, EXTENDED_BYTES) : undefined
    },
    animation(bytes, state) {
      state.plays = uint16LittleEndian(bytes, 4)
      return nextChunk(state, ANIMATION_BYTES)
    },
    frame(bytes, state) {
      state.frames += 1
      state.duration += uint24LittleEndian(bytes, DURATION_OFFSET)
      return nextChunk(state, FRAME_BYTES)
    },
  },
  end: (_, step, isBetween) => step === 'chunk' && isBetween,
  facts({ width, height, isAnimation, plays, frames, duration }, isComplete) {
    const size = sizeOf(width, height)
    if (!isAnimation) return { container: 'webp', ...size, ...(isComplete && width > 0 && { animated: false }) }
    if (!isComplete || frames === 0) return { container: 'webp', ...size, ...(frames > 1 && { animated: true }) }
    // 0 plays are endless ones.
    const animation = frames > 1 && { durationSecs: duration / 1000, loop: plays !== 1 }
    return { container: 'webp', ...size, frames, animated: frames > 1, ...animation }
  },
}

/** Reads a WebP: its size, and the frames of an animation to its end. */
export const createWebpReader: CreateFactsReader = (saved) => createStepReader(WEBP, saved)

/** The pictures of an animation are in its frames. */
function chunkStep(type: string, state: State): NextStep<Step> | undefined {
  switch (type) {
    case 'VP8 ':
      return take('lossy', LOSSY_BYTES, state)
    case 'VP8L':
      return take('lossless', LOSSLESS_BYTES, state)
    case 'VP8X':
      return take('extended', EXTENDED_BYTES, state)
    case 'ANIM':
      return take('animation', ANIMATION_BYTES, state)
    case 'ANMF':
      return take('frame', FRAME_BYTES, state)
    default:
      return nextChunk(state, 0)
  }
}

function take(step: Step, bytes: number, { chunkBytes }: State): NextStep<Step> {
  if (chunkBytes < bytes) throw new Error('A chunk of a WebP is too short')
  return { step, take: bytes }
}

/** The chunk after this one, of which so many bytes were taken; none at the end of the file. */
function nextChunk({ fileBytes, chunkBytes }: State, taken: number): NextStep<Step> | undefined {
  if (fileBytes < 0) throw new Error('A chunk of a WebP is longer than the file')
  return fileBytes < CHUNK_HEADER_BYTES
    ? undefined
    : { step: 'chunk', take: CHUNK_HEADER_BYTES, skip: chunkBytes - taken }
}
