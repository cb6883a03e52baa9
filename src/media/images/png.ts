import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, fourCharacters, type NextStep, sizeOf } from '../step-reader.ts'

// https://www.w3.org/TR/png-3/#5Introduction
const SIGNATURE_BYTES = 8
/** Length and type of a chunk. */
const CHUNK_HEADER_BYTES = 8
const CHECKSUM_BYTES = 4
const IMAGE_HEADER_BYTES = 13
const MAX_CHUNK_BYTES = 2 ** 31 - 1

/** The numbers of frames and of plays. https://www.w3.org/TR/png-3/#acTL-chunk */
const ANIMATION_BYTES = 8

type Field = 'width' | 'height' | 'frames' | 'plays'
type Step = 'start' | 'chunk' | 'animation'

/** Reads a PNG: its size, and whether it is an animation, which it says before its first picture. */
export const createPngReader: CreateFactsReader = (saved) =>
  createStepReader<Field, Step>(
    {
      fields: { width: 0, height: 0, frames: 0, plays: 0 },
      first: { step: 'start', take: SIGNATURE_BYTES + CHUNK_HEADER_BYTES + IMAGE_HEADER_BYTES },
      steps: {
        start(bytes, fields) {
          if (fourCharacters(bytes, 12) !== 'IHDR') throw new Error('A PNG does not begin with its header')
          fields.width = bytes.getUint32(16)
          fields.height = bytes.getUint32(20)
          return NEXT_CHUNK
        },
        chunk(bytes) {
          const length = bytes.getUint32(0)
          const type = fourCharacters(bytes, 4)
          if (length > MAX_CHUNK_BYTES) throw new Error('A chunk of a PNG is too long')
          if (type === 'IDAT') return undefined
          if (type === 'IEND') throw new Error('A PNG has no picture')
          if (type !== 'acTL') return { ...NEXT_CHUNK, skip: length + CHECKSUM_BYTES }
          if (length !== ANIMATION_BYTES) throw new Error('The animation header of a PNG has another length')
          return { step: 'animation', take: ANIMATION_BYTES }
        },
        animation(bytes, fields) {
          fields.frames = bytes.getUint32(0)
          fields.plays = bytes.getUint32(4)
          return NEXT_CHUNK
        },
      },
      facts({ width, height, frames, plays }, isComplete) {
        const size = sizeOf(width, height)
        // 0 plays are endless ones.
        if (frames > 0) return { container: 'apng', ...size, frames, animated: frames > 1, loop: plays !== 1 }
        return { container: 'png', ...size, ...(isComplete && { animated: false }) }
      },
    },
    saved,
  )

const NEXT_CHUNK: NextStep<Step> = { step: 'chunk', take: CHUNK_HEADER_BYTES, skip: CHECKSUM_BYTES }
