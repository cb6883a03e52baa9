import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, type Fields, fourCharacters, type NextStep, sizeOf } from '../step-reader.ts'
import {
  COUNT_BYTES,
  ENTRY_BYTES,
  isTurned,
  ORIENTATION_TAG,
  readEntry,
  readTiffHeader,
  TIFF_HEADER_BYTES,
} from './exif-directory.ts'

// ITU-T T.81, table B.1
const MARKER = 0xff
const TEM = 0x01
const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP1 = 0xe1
/** Markers in the range of the frame headers for Huffman tables, arithmetic coding, and one that is reserved. */
const NO_FRAME_HEADERS: readonly number[] = [0xc4, 0xc8, 0xcc]

/** Precision, height, width, and the number of components. T.81, B.2.2 */
const FRAME_HEADER_BYTES = 6
const CMYK_COMPONENTS = 4

/** `Exif`, two zeros, and a TIFF. Exif 2.32, 4.7.2 */
const EXIF_HEADER_BYTES = 6 + TIFF_HEADER_BYTES

type Field =
  | 'width'
  | 'height'
  | 'components'
  | 'orientation'
  | 'marker'
  | 'segmentBytes'
  | 'isLittleEndian'
  | 'entries'
type Step = 'start' | 'marker' | 'fill' | 'length' | 'exif' | 'count' | 'entry' | 'frame'

/** Reads a JPEG: its size as shown, behind however many segments of metadata. */
export const createJpegReader: CreateFactsReader = (saved) =>
  createStepReader<Field, Step>(
    {
      fields: {
        width: 0,
        height: 0,
        components: 0,
        orientation: 0,
        marker: 0,
        segmentBytes: 0,
        isLittleEndian: 0,
        entries: 0,
      },
      first: { step: 'start', take: 2 },
      steps: {
        start(bytes) {
          if (bytes.getUint16(0) !== ((MARKER << 8) | SOI)) throw new Error('A JPEG begins without its marker')
          return NEXT_MARKER
        },
        marker(bytes, fields) {
          if (bytes.getUint8(0) !== MARKER) throw new Error('A segment of a JPEG begins without a marker')
          return afterMarker(bytes.getUint8(1), fields)
        },
        // Any number of fill bytes may come before a marker.
        fill: (bytes, fields) => afterMarker(bytes.getUint8(0), fields),
        length(bytes, fields) {
          fields.segmentBytes = bytes.getUint16(0) - 2
          if (fields.segmentBytes < 0) throw new Error('A segment of a JPEG is shorter than its length')
          if (isFrameHeader(fields.marker)) return { step: 'frame', take: FRAME_HEADER_BYTES }
          if (fields.marker === APP1 && fields.segmentBytes >= EXIF_HEADER_BYTES)
            return take('exif', EXIF_HEADER_BYTES, fields)
          return skipSegment(fields)
        },
        exif(bytes, fields) {
          const header = readTiffHeader(bytes, EXIF_HEADER_BYTES - TIFF_HEADER_BYTES)
          if (fourCharacters(bytes, 0) !== 'Exif' || header === undefined) return skipSegment(fields)
          const skip = header.directory - TIFF_HEADER_BYTES
          fields.isLittleEndian = Number(header.isLittleEndian)
          // Broken metadata does not break the picture.
          return skip >= 0 ? take('count', COUNT_BYTES, fields, skip) : skipSegment(fields)
        },
        count(bytes, fields) {
          fields.entries = bytes.getUint16(0, fields.isLittleEndian === 1)
          return nextEntry(fields)
        },
        entry(bytes, fields) {
          const { tag, value } = readEntry(bytes, fields.isLittleEndian === 1)
          if (tag === ORIENTATION_TAG) fields.orientation = value
          fields.entries -= 1
          return nextEntry(fields)
        },
        frame(bytes, fields) {
          // A height of 0 follows after the first scan. T.81, B.2.5
          fields.height = bytes.getUint16(1)
          fields.width = bytes.getUint16(3)
          fields.components = bytes.getUint8(5)
          return undefined
        },
      },
      facts: ({ width, height, components, orientation }) => ({
        container: 'jpeg',
        ...(isTurned(orientation) ? sizeOf(height, width) : sizeOf(width, height)),
        ...(components > 0 && { cmyk: components === CMYK_COMPONENTS }),
      }),
    },
    saved,
  )

const NEXT_MARKER: NextStep<Step> = { step: 'marker', take: 2 }

function afterMarker(marker: number, fields: Fields<Field>): NextStep<Step> {
  if (marker === MARKER) return { step: 'fill', take: 1 }
  if (marker === EOI || marker === SOS || marker === SOI || marker === 0) {
    throw new Error('A JPEG has no header of its frame where one must be')
  }
  fields.marker = marker
  return isAlone(marker) ? NEXT_MARKER : { step: 'length', take: 2 }
}

/** TEM and the restart markers have no segment. */
function isAlone(marker: number): boolean {
  return marker === TEM || (marker >= 0xd0 && marker <= 0xd7)
}

function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAME_HEADERS.includes(marker)
}

/** The next bytes of a segment; beyond its end there are none, and the rest of it is skipped. */
function take(step: Step, bytes: number, fields: Fields<Field>, skip = 0): NextStep<Step> {
  if (skip + bytes > fields.segmentBytes) return skipSegment(fields)
  fields.segmentBytes -= skip + bytes
  return { step, take: bytes, skip }
}

function nextEntry(fields: Fields<Field>): NextStep<Step> {
  return fields.entries > 0 ? take('entry', ENTRY_BYTES, fields) : skipSegment(fields)
}

function skipSegment({ segmentBytes }: Fields<Field>): NextStep<Step> {
  return { ...NEXT_MARKER, skip: segmentBytes }
}
