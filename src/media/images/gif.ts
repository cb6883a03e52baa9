import { latin1, uint16LittleEndian } from '../../lib/bytes.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type NextStep, type StepFormat } from '../step-reader.ts'

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

/** Of a sub-block, behind the byte that tells its size. */
const MAX_DATA_BYTES = 255

/** Browsers and ffmpeg show an image whose delay is below 20 ms for 100 ms. Hundredths of a second. */
const MIN_DELAY = 2
const DEFAULT_DELAY = 10

/** No GIF that anyone would look at has as many images and extensions; a hostile one has one in each three bytes. */
const MAX_BLOCKS = 100_000

type State = Record<'width' | 'height' | 'blocks' | 'frames' | 'delay' | 'duration', number> & { loop: boolean }
type Step = 'screen' | 'block' | 'image' | 'extension' | 'control' | 'application' | 'data'

const GIF: StepFormat<State, Step> = {
  version: 1,
  start: () => ({ width: 0, height: 0, blocks: 0, frames: 0, delay: 0, duration: 0, loop: false }),
  first: { step: 'screen', take: HEADER_BYTES },
  steps: {
    screen(bytes, state) {
      state.width = uint16LittleEndian(bytes, 6)
      state.height = uint16LittleEndian(bytes, 8)
      return { ...NEXT_BLOCK, skip: colorTableBytes(bytes[SCREEN_FLAGS_OFFSET] ?? 0) }
    },
    block(bytes, state) {
      if (++state.blocks > MAX_BLOCKS) throw new Error('A GIF has too many blocks')
      switch (bytes[0]) {
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
    image(bytes, state) {
      state.frames += 1
      state.duration += state.delay < MIN_DELAY ? DEFAULT_DELAY : state.delay
      // A delay holds for one image only.
      state.delay = 0
      // One byte of LZW code size comes before the image's data.
      return { ...NEXT_DATA, skip: colorTableBytes(bytes[DESCRIPTOR_BYTES - 1] ?? 0) + 1 }
    },
    extension(bytes) {
      const [label] = bytes
      if (label === CONTROL) return { step: 'control', take: CONTROL_BYTES }
      return label === APPLICATION ? { step: 'application', take: APPLICATION_BYTES } : NEXT_DATA
    },
    control(bytes, state) {
      checkSize(bytes, CONTROL_BYTES)
      state.delay = uint16LittleEndian(bytes, 2)
      return NEXT_DATA
    },
    application(bytes, state) {
      checkSize(bytes, APPLICATION_BYTES)
      if (LOOPING.includes(latin1(bytes, 1, 5))) state.loop = true
      return NEXT_DATA
    },
    data(bytes) {
      let at = 0
      while (at < bytes.length) {
        const size = bytes[at] ?? 0
        // Most have the full size: a processor that expects it need not wait for this one to go on.
        at += size === MAX_DATA_BYTES ? 1 + MAX_DATA_BYTES : 1 + size
        if (size === 0) return { ...NEXT_BLOCK, skip: at - bytes.length }
      }
      return { ...NEXT_DATA, skip: at - bytes.length }
    },
  },
  end: (_, step, isBetween) => step === 'block' && isBetween,
  facts({ width, height, frames, duration, loop }, isComplete) {
    const isAnimated = frames > 1
    return {
      container: 'gif',
      ...sizeOf(width, height),
      ...((isAnimated || (isComplete && frames > 0)) && { animated: isAnimated }),
      ...(isComplete && frames > 0 && { frames }),
      ...(isComplete && isAnimated && { durationSecs: duration / 100, loop }),
    }
  },
}

/** Reads a GIF to its end: its size, its images, and how long they are shown. */
export const createGifReader: CreateFactsReader = (saved) => createStepReader(GIF, saved)

const NEXT_BLOCK: NextStep<Step> = { step: 'block', take: 1 }
/** Data comes in sub-blocks; one without bytes ends them. */
const NEXT_DATA: NextStep<Step> = { step: 'data', take: 1, ahead: true }

/** A table is there if the highest bit is set; the lowest three tell how many colors of three bytes it has. */
function colorTableBytes(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0
}

function checkSize(bytes: Uint8Array, expected: number): void {
  if (bytes[0] !== expected - 1) throw new Error('An extension of a GIF has another size')
}
