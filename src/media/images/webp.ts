import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type Fields, fourCharacters, type NextStep, sizeOf } from '../step-reader.ts'

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

type Field = 'width' | 'height' | 'isAnimation' | 'plays' | 'frames' | 'duration' | 'fileBytes' | 'chunkBytes'
type Step = 'start' | 'chunk' | 'lossy' | 'lossless' | 'extended' | 'animation' | 'frame'

/** Reads a WebP: its size, and the frames of an animation to its end. */
export const createWebpReader: CreateFactsReader = (saved) =>
  createStepReader<Field, Step>(
    {
      fields: {
        width: 0,
        height: 0,
        isAnimation: 0,
        plays: 0,
        frames: 0,
        duration: 0,
        fileBytes: 0,
        chunkBytes: 0,
      },
      first: { step: 'start', take: FILE_HEADER_BYTES },
      mayEndBefore: 'chunk',
      steps: {
        start(bytes, fields) {
          if (fourCharacters(bytes, 8) !== 'WEBP') throw new Error('A WebP begins without its name')
          fields.fileBytes = bytes.getUint32(4, true) - 4
          return { step: 'chunk', take: CHUNK_HEADER_BYTES }
        },
        chunk(bytes, fields) {
          const size = bytes.getUint32(4, true)
          // Chunks of an odd length are padded.
          fields.chunkBytes = size + (size % 2)
          fields.fileBytes -= CHUNK_HEADER_BYTES + fields.chunkBytes
          return chunkStep(fourCharacters(bytes, 0), fields)
        },
        lossy(bytes, fields) {
          if ((bytes.getUint32(2) & 0xffffff) !== LOSSY_START_CODE)
            throw new Error('A picture of a WebP has no start code')
          fields.width = bytes.getUint16(6, true) & SIDE_BITS
          fields.height = bytes.getUint16(8, true) & SIDE_BITS
          return undefined
        },
        lossless(bytes, fields) {
          if (bytes.getUint8(0) !== LOSSLESS_SIGNATURE) throw new Error('A picture of a WebP has no signature')
          const sides = bytes.getUint32(1, true)
          fields.width = (sides & SIDE_BITS) + 1
          fields.height = ((sides >> 14) & SIDE_BITS) + 1
          return undefined
        },
        extended(bytes, fields) {
          fields.width = uint24(bytes, 4) + 1
          fields.height = uint24(bytes, 7) + 1
          fields.isAnimation = Number((bytes.getUint8(0) & ANIMATION_FLAG) !== 0)
          return fields.isAnimation === 1 ? nextChunk(fields, EXTENDED_BYTES) : undefined
        },
        animation(bytes, fields) {
          fields.plays = bytes.getUint16(4, true)
          return nextChunk(fields, ANIMATION_BYTES)
        },
        frame(bytes, fields) {
          fields.frames += 1
          fields.duration += uint24(bytes, DURATION_OFFSET)
          return nextChunk(fields, FRAME_BYTES)
        },
      },
      facts({ width, height, isAnimation, plays, frames, duration }, isComplete) {
        const size = sizeOf(width, height)
        if (isAnimation === 0)
          return { container: 'webp', ...size, ...(isComplete && width > 0 && { animated: false }) }
        if (!isComplete || frames === 0) return { container: 'webp', ...size, ...(frames > 1 && { animated: true }) }
        // 0 plays are endless ones.
        const animation = frames > 1 && { durationSecs: duration / 1000, loop: plays !== 1 }
        return { container: 'webp', ...size, frames, animated: frames > 1, ...animation }
      },
    },
    saved,
  )

/** The pictures of an animation are in its frames. */
function chunkStep(type: string, fields: Fields<Field>): NextStep<Step> | undefined {
  switch (type) {
    case 'VP8 ':
      return take('lossy', LOSSY_BYTES, fields)
    case 'VP8L':
      return take('lossless', LOSSLESS_BYTES, fields)
    case 'VP8X':
      return take('extended', EXTENDED_BYTES, fields)
    case 'ANIM':
      return take('animation', ANIMATION_BYTES, fields)
    case 'ANMF':
      return take('frame', FRAME_BYTES, fields)
    default:
      return nextChunk(fields, 0)
  }
}

function take(step: Step, bytes: number, { chunkBytes }: Fields<Field>): NextStep<Step> {
  if (chunkBytes < bytes) throw new Error('A chunk of a WebP is too short')
  return { step, take: bytes }
}

/** The chunk after this one, of which so many bytes were taken; none at the end of the file. */
function nextChunk({ fileBytes, chunkBytes }: Fields<Field>, taken: number): NextStep<Step> | undefined {
  if (fileBytes < 0) throw new Error('A chunk of a WebP is longer than the file')
  return fileBytes < CHUNK_HEADER_BYTES
    ? undefined
    : { step: 'chunk', take: CHUNK_HEADER_BYTES, skip: chunkBytes - taken }
}

function uint24(bytes: DataView, offset: number): number {
  return bytes.getUint16(offset, true) | (bytes.getUint8(offset + 2) << 16)
}
