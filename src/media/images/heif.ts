import type { Container } from '../../media-facts.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type Fields, fourCharacters, type NextStep, sizeOf } from '../step-reader.ts'

// ISO/IEC 14496-12, 4.2: the size and the type of a box, then 64 bits of size if the first ones are 1.
const BOX_HEADER_BYTES = 8
const LARGE_SIZE_BYTES = 8
const TO_THE_END = 0
const IS_LARGE = 1
/** Version and flags of a full box. */
const VERSION_BYTES = 4

/** ISO/IEC 23008-12, 6.5.3: version and flags, width and height. */
const SIZE_BYTES = 12

type Field = 'width' | 'height' | 'angles' | 'boxBytes' | 'propertyBytes'
type Step = 'box' | 'largeSize' | 'property' | 'size' | 'angle'

/** Reads a HEIC photo: its size as shown. */
export const createHeicReader: CreateFactsReader = createHeifReader('heic')

/** Reads an AVIF: its size as shown. */
export const createAvifReader: CreateFactsReader = createHeifReader('avif')

/**
 * Reads the list of properties (`ipco`), which belong to the picture and its parts: tiles, thumbnails, masks. The largest
 * size is taken for the picture's, and its rotation (`irot`) is known if they all agree.
 */
function createHeifReader(container: Extract<Container, 'heic' | 'avif'>): CreateFactsReader {
  return (saved) =>
    createStepReader<Field, Step>(
      {
        fields: { width: 0, height: 0, angles: 0, boxBytes: 0, propertyBytes: 0 },
        first: { step: 'box', take: BOX_HEADER_BYTES },
        steps: {
          box(bytes, fields) {
            const size = bytes.getUint32(0)
            const type = fourCharacters(bytes, 4)
            if (type === 'meta') return { ...NEXT_BOX, skip: VERSION_BYTES }
            if (type === 'iprp') return NEXT_BOX
            if (size === TO_THE_END) throw new Error('The last box of a HEIF comes before its properties')
            if (size === IS_LARGE) return { step: 'largeSize', take: LARGE_SIZE_BYTES }
            fields.propertyBytes = contentBytes(size)
            return type === 'ipco' ? nextProperty(fields) : { ...NEXT_BOX, skip: fields.propertyBytes }
          },
          largeSize(bytes) {
            const size = Number(bytes.getBigUint64(0)) - LARGE_SIZE_BYTES
            return { ...NEXT_BOX, skip: contentBytes(size) }
          },
          property(bytes, fields) {
            fields.boxBytes = contentBytes(bytes.getUint32(0))
            fields.propertyBytes -= BOX_HEADER_BYTES + fields.boxBytes
            const type = fourCharacters(bytes, 4)
            if (type === 'ispe' && fields.boxBytes >= SIZE_BYTES) return { step: 'size', take: SIZE_BYTES }
            return type === 'irot' && fields.boxBytes > 0 ? { step: 'angle', take: 1 } : nextProperty(fields)
          },
          size(bytes, fields) {
            const width = bytes.getUint32(4)
            const height = bytes.getUint32(8)
            if (width * height > fields.width * fields.height) Object.assign(fields, { width, height })
            return nextProperty(fields, SIZE_BYTES)
          },
          angle(bytes, fields) {
            // In quarters of a turn: bit 0 is for rotations that keep the sides, bit 1 for those that swap them.
            fields.angles |= 1 << (bytes.getUint8(0) & 1)
            return nextProperty(fields, 1)
          },
        },
        facts({ width, height, angles }, isComplete) {
          if (!isComplete || angles === MIXED) return { container }
          return { container, ...(angles === SWAPPED ? sizeOf(height, width) : sizeOf(width, height)) }
        },
      },
      saved,
    )
}

const SWAPPED = 0b10
const MIXED = 0b11

const NEXT_BOX: NextStep<Step> = { step: 'box', take: BOX_HEADER_BYTES }

function contentBytes(size: number): number {
  if (size < BOX_HEADER_BYTES) throw new Error('A box of a HEIF is shorter than its header')
  if (size > Number.MAX_SAFE_INTEGER) throw new Error('A box of a HEIF is longer than any file')
  return size - BOX_HEADER_BYTES
}

/** The property after this one, of which so many bytes were taken; none at the end of the list. */
function nextProperty({ boxBytes, propertyBytes }: Fields<Field>, taken = 0): NextStep<Step> | undefined {
  if (propertyBytes < 0) throw new Error('A property of a HEIF is longer than their list')
  return propertyBytes === 0 ? undefined : { step: 'property', take: BOX_HEADER_BYTES, skip: boxBytes - taken }
}
