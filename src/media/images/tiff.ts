import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, sizeOf } from '../step-reader.ts'
import {
  COLORS_TAG,
  COUNT_BYTES,
  ENTRY_BYTES,
  HEIGHT_TAG,
  isTurned,
  ORIENTATION_TAG,
  readEntry,
  readTiffHeader,
  TIFF_HEADER_BYTES,
  WIDTH_TAG,
} from './exif-directory.ts'

/** PhotometricInterpretation of a picture in the inks of print. TIFF 6.0, section 16 */
const SEPARATED = 5

/** The fields that hold the values of these tags. */
const FIELDS = {
  [WIDTH_TAG]: 'width',
  [HEIGHT_TAG]: 'height',
  [COLORS_TAG]: 'colors',
  [ORIENTATION_TAG]: 'orientation',
} as const

const isNamed = (tag: number): tag is keyof typeof FIELDS => Object.hasOwn(FIELDS, tag)

/** Reads a TIFF: its size as shown, wherever its directory is. What a BigTIFF says is left unknown. */
export const createTiffReader: CreateFactsReader = (saved) =>
  createStepReader<(typeof FIELDS)[keyof typeof FIELDS] | 'isLittleEndian' | 'entries', 'header' | 'count' | 'entry'>(
    {
      fields: { width: 0, height: 0, colors: 0, orientation: 0, isLittleEndian: 0, entries: 0 },
      first: { step: 'header', take: TIFF_HEADER_BYTES },
      steps: {
        header(bytes, fields) {
          const header = readTiffHeader(bytes, 0)
          if (header === undefined) return undefined
          const { isLittleEndian, directory } = header
          if (directory < TIFF_HEADER_BYTES) throw new Error('The directory of a TIFF overlaps its header')
          fields.isLittleEndian = Number(isLittleEndian)
          return { step: 'count', skip: directory - TIFF_HEADER_BYTES, take: COUNT_BYTES }
        },
        count(bytes, fields) {
          fields.entries = bytes.getUint16(0, fields.isLittleEndian === 1)
          return fields.entries === 0 ? undefined : { step: 'entry', take: ENTRY_BYTES }
        },
        entry(bytes, fields) {
          const { tag, value } = readEntry(bytes, fields.isLittleEndian === 1)
          if (isNamed(tag)) fields[FIELDS[tag]] = value
          fields.entries -= 1
          return fields.entries === 0 ? undefined : { step: 'entry', take: ENTRY_BYTES }
        },
      },
      facts({ width, height, colors, orientation }, isComplete) {
        if (!isComplete) return { container: 'tiff' }
        return {
          container: 'tiff',
          ...(isTurned(orientation) ? sizeOf(height, width) : sizeOf(width, height)),
          ...(width > 0 && { cmyk: colors === SEPARATED }),
        }
      },
    },
    saved,
  )
