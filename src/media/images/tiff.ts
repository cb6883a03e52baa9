import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type StepFormat } from '../step-reader.ts'
import {
  COLORS_TAG,
  COUNT_BYTES,
  ENTRY_BYTES,
  HEIGHT_TAG,
  isTurned,
  ORIENTATION_TAG,
  readCount,
  readEntry,
  readTiffHeader,
  TIFF_HEADER_BYTES,
  WIDTH_TAG,
} from './exif-directory.ts'

/** PhotometricInterpretation of a picture in the inks of print. TIFF 6.0, section 16 */
const SEPARATED = 5

/** The members of the state that hold the values of these tags. */
const MEMBERS = {
  [WIDTH_TAG]: 'width',
  [HEIGHT_TAG]: 'height',
  [COLORS_TAG]: 'colors',
  [ORIENTATION_TAG]: 'orientation',
} as const

const isNamed = (tag: number): tag is keyof typeof MEMBERS => Object.hasOwn(MEMBERS, tag)

type State = Record<(typeof MEMBERS)[keyof typeof MEMBERS] | 'entries', number> & { isLittleEndian: boolean }
type Step = 'header' | 'count' | 'entry'

const TIFF: StepFormat<State, Step> = {
  version: 1,
  start: () => ({ width: 0, height: 0, colors: 0, orientation: 0, isLittleEndian: false, entries: 0 }),
  first: { step: 'header', take: TIFF_HEADER_BYTES },
  steps: {
    header(bytes, state) {
      const header = readTiffHeader(bytes, 0)
      if (header === undefined) return undefined
      const { isLittleEndian, directory } = header
      if (directory < TIFF_HEADER_BYTES) throw new Error('The directory of a TIFF overlaps its header')
      state.isLittleEndian = isLittleEndian
      return { step: 'count', skip: directory - TIFF_HEADER_BYTES, take: COUNT_BYTES }
    },
    count(bytes, state) {
      state.entries = readCount(bytes, state.isLittleEndian)
      return state.entries === 0 ? undefined : { step: 'entry', take: ENTRY_BYTES }
    },
    entry(bytes, state) {
      const { tag, value } = readEntry(bytes, state.isLittleEndian)
      if (isNamed(tag)) state[MEMBERS[tag]] = value
      state.entries -= 1
      return state.entries === 0 ? undefined : { step: 'entry', take: ENTRY_BYTES }
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
}

/** Reads a TIFF: its size as shown, wherever its directory is. What a BigTIFF says is left unknown. */
export const createTiffReader: CreateFactsReader = (saved) => createStepReader(TIFF, saved)
