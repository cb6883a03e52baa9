import { latin1, uint32 } from '../../lib/bytes.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type NextStep, type StepFormat } from '../step-reader.ts'

// https://www.w3.org/TR/png-3/#5Introduction
const SIGNATURE_BYTES = 8
/** Length and type of a chunk. */
const CHUNK_HEADER_BYTES = 8
const CHECKSUM_BYTES = 4
const IMAGE_HEADER_BYTES = 13
const MAX_CHUNK_BYTES = 2 ** 31 - 1

/** The numbers of frames and of plays. https://www.w3.org/TR/png-3/#acTL-chunk */
const ANIMATION_BYTES = 8

type State = Record<'width' | 'height' | 'frames' | 'plays', number>
type Step = 'start' | 'chunk' | 'animation'

const PNG: StepFormat<State, Step> = {
  version: 1,
  start: () => ({ width: 0, height: 0, frames: 0, plays: 0 }),
  first: { step: 'start', take: SIGNATURE_BYTES + CHUNK_HEADER_BYTES + IMAGE_HEADER_BYTES },
  steps: {
    start(bytes, state) {
      if (latin1(bytes, 12, 16) !== 'IHDR') throw new Error('A PNG does not begin with its header')
      state.width = uint32(bytes, 16)
      state.height = uint32(bytes, 20)
      return NEXT_CHUNK
    },
    chunk(bytes) {
      const length = uint32(bytes, 0)
      const type = latin1(bytes, 4, 8)
      if (length > MAX_CHUNK_BYTES) throw new Error('A chunk of a PNG is too long')
      if (type === 'IDAT') return undefined
      if (type === 'IEND') throw new Error('A PNG has no picture')
      if (type !== 'acTL') return { ...NEXT_CHUNK, skip: length + CHECKSUM_BYTES }
      if (length !== ANIMATION_BYTES) throw new Error('The animation header of a PNG has another length')
      return { step: 'animation', take: ANIMATION_BYTES }
    },
    animation(bytes, state) {
      state.frames = uint32(bytes, 0)
      state.plays = uint32(bytes, 4)
      return NEXT_CHUNK
    },
  },
  facts({ width, height, frames, plays }, isComplete) {
    const size = sizeOf(width, height)
    // 0 plays are endless ones.
    if (frames > 0) return { container: 'apng', ...size, frames, animated: frames > 1, loop: plays !== 1 }
    return { container: 'png', ...size, ...(isComplete && { animated: false }) }
  },
}

/** Reads a PNG: its size, and whether it is an animation, which it says before its first picture. */
export const createPngReader: CreateFactsReader = (saved) => createStepReader(PNG, saved)

const NEXT_CHUNK: NextStep<Step> = { step: 'chunk', take: CHUNK_HEADER_BYTES, skip: CHECKSUM_BYTES }
