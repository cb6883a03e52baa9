import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, fourCharacters, type NextStep, sizeOf } from '../step-reader.ts'

// https://www.w3.org/Graphics/GIF/spec-gif89a.txt
const HEADER_BYTES = 13
const SCREEN_FLAGS_OFFSET = 10
/** An image descriptor without its first byte, its flags last. */
const DESCRIPTOR_BYTES = 9

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b

const CONTROL = 0xf9
/** The size of the first sub-block and that sub-block: flags, delay, transparent color. */
const CONTROL_BYTES = 5

const APPLICATION = 0xff
/** The size of the first sub-block and that sub-block: the application's name. */
const APPLICATION_BYTES = 12
/** NETSCAPE2.0 and its other name, ANIMEXTS1.0, repeat the animation. http://www.vurdalakov.net/misc/gif */
const LOOPING: readonly string[] = ['NETS', 'ANIM']

/** Browsers and ffmpeg show an image whose delay is below 20 ms for 100 ms. Hundredths of a second. */
const MIN_DELAY = 2
const DEFAULT_DELAY = 10

type Field = 'width' | 'height' | 'frames' | 'delay' | 'duration' | 'loop'
type Step = 'screen' | 'block' | 'image' | 'extension' | 'control' | 'application' | 'data'

/** Reads a GIF to its end: its size, its images, and how long they are shown. */
export const createGifReader: CreateFactsReader = (saved) =>
  createStepReader<Field, Step>(
    {
      fields: { width: 0, height: 0, frames: 0, delay: 0, duration: 0, loop: 0 },
      first: { step: 'screen', take: HEADER_BYTES },
      mayEndBefore: 'block',
      steps: {
        screen(bytes, fields) {
          fields.width = bytes.getUint16(6, true)
          fields.height = bytes.getUint16(8, true)
          return { ...NEXT_BLOCK, skip: colorTableBytes(bytes.getUint8(SCREEN_FLAGS_OFFSET)) }
        },
        block(bytes) {
          switch (bytes.getUint8(0)) {
            case IMAGE:
              return { step: 'image', take: DESCRIPTOR_BYTES }
            case EXTENSION:
              return { step: 'extension', take: 1 }
            case TRAILER:
              return undefined
            default:
              throw new Error('A GIF has a block of an unknown kind')
          }
        },
        image(bytes, fields) {
          fields.frames += 1
          fields.duration += fields.delay < MIN_DELAY ? DEFAULT_DELAY : fields.delay
          // A delay holds for one image only.
          fields.delay = 0
          // One byte of LZW code size comes before the image's data.
          return { ...NEXT_DATA, skip: colorTableBytes(bytes.getUint8(DESCRIPTOR_BYTES - 1)) + 1 }
        },
        extension(bytes) {
          const label = bytes.getUint8(0)
          if (label === CONTROL) return { step: 'control', take: CONTROL_BYTES }
          return label === APPLICATION ? { step: 'application', take: APPLICATION_BYTES } : NEXT_DATA
        },
        control(bytes, fields) {
          checkSize(bytes, CONTROL_BYTES)
          fields.delay = bytes.getUint16(2, true)
          return NEXT_DATA
        },
        application(bytes, fields) {
          checkSize(bytes, APPLICATION_BYTES)
          if (LOOPING.includes(fourCharacters(bytes, 1))) fields.loop = 1
          return NEXT_DATA
        },
        data(bytes) {
          const size = bytes.getUint8(0)
          return size === 0 ? NEXT_BLOCK : { step: 'data', take: 1, skip: size }
        },
      },
      facts({ width, height, frames, duration, loop }, isComplete) {
        const isAnimated = frames > 1
        return {
          container: 'gif',
          ...sizeOf(width, height),
          ...((isAnimated || (isComplete && frames > 0)) && { animated: isAnimated }),
          ...(isComplete && frames > 0 && { frames }),
          ...(isComplete && isAnimated && { durationSecs: duration / 100, loop: loop === 1 }),
        }
      },
    },
    saved,
  )

const NEXT_BLOCK: NextStep<Step> = { step: 'block', take: 1 }
/** Data comes in sub-blocks of up to 255 bytes each; one without bytes ends them. */
const NEXT_DATA: NextStep<Step> = { step: 'data', take: 1 }

/** A table is there if the highest bit is set; the lowest three tell how many colors of three bytes it has. */
function colorTableBytes(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0
}

function checkSize(bytes: DataView, expected: number): void {
  if (bytes.getUint8(0) !== expected - 1) throw new Error('An extension of a GIF has another size')
}
