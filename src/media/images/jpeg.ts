import { latin1, uint16 } from '../../lib/bytes.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type NextStep, type StepFormat } from '../step-reader.ts'
import {
  COUNT_BYTES,
  ENTRY_BYTES,
  isTurned,
  ORIENTATION_TAG,
  readCount,
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

type State = Record<
  'width' | 'height' | 'components' | 'orientation' | 'marker' | 'segmentBytes' | 'entries',
  number
> & { isLittleEndian: boolean }
type Step = 'start' | 'marker' | 'fill' | 'length' | 'exif' | 'count' | 'entry' | 'frame'

const JPEG: StepFormat<State, Step> = {
  version: 1,
  start: () => ({
    ...{ width: 0, height: 0, components: 0, orientation: 0 },
    ...{ marker: 0, segmentBytes: 0, isLittleEndian: false, entries: 0 },
  }),
  first: { step: 'start', take: 2 },
  steps: {
    start(bytes) {
      if (uint16(bytes, 0) !== ((MARKER << 8) | SOI)) throw new Error('A JPEG begins without its marker')
      return NEXT_MARKER
    },
    marker(bytes, state) {
      if (bytes[0] !== MARKER) throw new Error('A segment of a JPEG begins without a marker')
      return afterMarker(bytes[1] ?? 0, state)
    },
    // Any number of fill bytes may come before a marker.
    fill(bytes, state) {
      let at = 0
      while (at < bytes.length && bytes[at] === MARKER) at += 1
      if (at === bytes.length) return NEXT_FILL
      const next = afterMarker(bytes[at] ?? 0, state)
      return { ...next, skip: at + 1 - bytes.length }
    },
    length(bytes, state) {
      state.segmentBytes = uint16(bytes, 0) - 2
      if (state.segmentBytes < 0) throw new Error('A segment of a JPEG is shorter than its length')
      if (isFrameHeader(state.marker)) return { step: 'frame', take: FRAME_HEADER_BYTES }
      if (state.marker === APP1 && state.segmentBytes >= EXIF_HEADER_BYTES)
        return take('exif', EXIF_HEADER_BYTES, state)
      return skipSegment(state)
    },
    exif(bytes, state) {
      const header = readTiffHeader(bytes, EXIF_HEADER_BYTES - TIFF_HEADER_BYTES)
      if (latin1(bytes, 0, 4) !== 'Exif' || header === undefined) return skipSegment(state)
      const skip = header.directory - TIFF_HEADER_BYTES
      state.isLittleEndian = header.isLittleEndian
      // Broken metadata does not break the picture.
      return skip >= 0 ? take('count', COUNT_BYTES, state, skip) : skipSegment(state)
    },
    count(bytes, state) {
      state.entries = readCount(bytes, state.isLittleEndian)
      return nextEntry(state)
    },
    entry(bytes, state) {
      const { tag, value } = readEntry(bytes, state.isLittleEndian)
      if (tag === ORIENTATION_TAG) state.orientation = value
      state.entries -= 1
      return nextEntry(state)
    },
    frame(bytes, state) {
      // A height of 0 follows after the first scan. T.81, B.2.5
      state.height = uint16(bytes, 1)
      state.width = uint16(bytes, 3)
      state.components = bytes[5] ?? 0
      return undefined
    },
  },
  facts: ({ width, height, components, orientation }) => ({
    container: 'jpeg',
    ...(isTurned(orientation) ? sizeOf(height, width) : sizeOf(width, height)),
    ...(components > 0 && { cmyk: components === CMYK_COMPONENTS }),
  }),
}

/** Reads a JPEG: its size as shown, behind however many segments of metadata. */
export const createJpegReader: CreateFactsReader = (saved) => createStepReader(JPEG, saved)

const NEXT_MARKER: NextStep<Step> = { step: 'marker', take: 2 }
const NEXT_FILL: NextStep<Step> = { step: 'fill', take: 1, ahead: true }

function afterMarker(marker: number, state: State): NextStep<Step> {
  if (marker === MARKER) return NEXT_FILL
  if (marker === EOI || marker === SOS || marker === SOI || marker === 0) {
    throw new Error('A JPEG has no header of its frame where one must be')
  }
  state.marker = marker
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
function take(step: Step, bytes: number, state: State, skip = 0): NextStep<Step> {
  if (skip + bytes > state.segmentBytes) return skipSegment(state)
  state.segmentBytes -= skip + bytes
  return { step, take: bytes, skip }
}

function nextEntry(state: State): NextStep<Step> {
  return state.entries > 0 ? take('entry', ENTRY_BYTES, state) : skipSegment(state)
}

function skipSegment({ segmentBytes }: State): NextStep<Step> {
  return { ...NEXT_MARKER, skip: segmentBytes }
}
