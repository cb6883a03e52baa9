import { latin1, uint32, uint64 } from '../../lib/bytes.ts'
import type { Container } from '../../media-facts.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type NextStep, type StepFormat } from '../step-reader.ts'

// ISO/IEC 14496-12, 4.2: the size and the type of a box, then 64 bits of size if the first ones are 1.
const BOX_HEADER_BYTES = 8
const LARGE_SIZE_BYTES = 8
const TO_THE_END = 0
const IS_LARGE = 1
/** Version and flags of a full box. */
const VERSION_BYTES = 4

/** ISO/IEC 23008-12, 6.5.3: version and flags, width and height. */
const SIZE_BYTES = 12

type State = Record<'width' | 'height' | 'angles' | 'boxBytes' | 'propertyBytes', number>
type Step = 'box' | 'largeSize' | 'property' | 'size' | 'angle'

/**
 * Reads the list of properties (`ipco`), which belong to the picture and its parts: tiles, thumbnails, masks. The largest
 * size is taken for the picture's, and its rotation (`irot`) is known if they all agree.
 */
function heif(container: Extract<Container, 'heic' | 'avif'>): StepFormat<State, Step> {
  return {
    version: 1,
    start: () => ({ width: 0, height: 0, angles: 0, boxBytes: 0, propertyBytes: 0 }),
    first: { step: 'box', take: BOX_HEADER_BYTES },
    steps: {
      box(bytes, state) {
        const size = uint32(bytes, 0)
        const type = latin1(bytes, 4, 8)
        if (type === 'meta') return { ...NEXT_BOX, skip: VERSION_BYTES }
        if (type === 'iprp') return NEXT_BOX
        if (size === TO_THE_END) throw new Error('The last box of a HEIF comes before its properties')
        if (size === IS_LARGE) return { step: 'largeSize', take: LARGE_SIZE_BYTES }
        state.propertyBytes = contentBytes(size)
        return type === 'ipco' ? nextProperty(state) : { ...NEXT_BOX, skip: state.propertyBytes }
      },
      largeSize(bytes) {
        const size = uint64(bytes, 0) - LARGE_SIZE_BYTES
        return { ...NEXT_BOX, skip: contentBytes(size) }
      },
      property(bytes, state) {
        state.boxBytes = contentBytes(uint32(bytes, 0))
        state.propertyBytes -= BOX_HEADER_BYTES + state.boxBytes
        const type = latin1(bytes, 4, 8)
        if (type === 'ispe' && state.boxBytes >= SIZE_BYTES) return { step: 'size', take: SIZE_BYTES }
        return type === 'irot' && state.boxBytes > 0 ? { step: 'angle', take: 1 } : nextProperty(state)
      },
      size(bytes, state) {
        const width = uint32(bytes, 4)
        const height = uint32(bytes, 8)
        if (width * height > state.width * state.height) Object.assign(state, { width, height })
        return nextProperty(state, SIZE_BYTES)
      },
      angle(bytes, state) {
        // In quarters of a turn: bit 0 is for rotations that keep the sides, bit 1 for those that swap them.
        state.angles |= 1 << ((bytes[0] ?? 0) & 1)
        return nextProperty(state, 1)
      },
    },
    facts({ width, height, angles }, isComplete) {
      if (!isComplete || angles === MIXED) return { container }
      return { container, ...(angles === SWAPPED ? sizeOf(height, width) : sizeOf(width, height)) }
    },
  }
}

const HEIC = heif('heic')
const AVIF = heif('avif')

/** Reads a HEIC photo: its size as shown. */
export const createHeicReader: CreateFactsReader = (saved) => createStepReader(HEIC, saved)

/** Reads an AVIF: its size as shown. */
export const createAvifReader: CreateFactsReader = (saved) => createStepReader(AVIF, saved)

const SWAPPED = 0b10
const MIXED = 0b11

const NEXT_BOX: NextStep<Step> = { step: 'box', take: BOX_HEADER_BYTES }

function contentBytes(size: number): number {
  if (size < BOX_HEADER_BYTES) throw new Error('A box of a HEIF is shorter than its header')
  if (size > Number.MAX_SAFE_INTEGER) throw new Error('A box of a HEIF is longer than any file')
  return size - BOX_HEADER_BYTES
}

/** The property after this one, of which so many bytes were taken; none at the end of the list. */
function nextProperty({ boxBytes, propertyBytes }: State, taken = 0): NextStep<Step> | undefined {
  if (propertyBytes < 0) throw new Error('A property of a HEIF is longer than their list')
  return propertyBytes === 0 ? undefined : { step: 'property', take: BOX_HEADER_BYTES, skip: boxBytes - taken }
}
