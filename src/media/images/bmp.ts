import { uint16LittleEndian, uint32LittleEndian } from '../../lib/bytes.ts'
import type { CreateFactsReader } from '../facts-reader.ts'
import { sizeOf } from '../numbers.ts'
import { createStepReader, type StepFormat } from '../step-reader.ts'

/** Up to the height of the larger headers. https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types */
const HEADER_BYTES = 26
/** The size of BITMAPCOREHEADER, of OS/2, whose width and height have two bytes each. */
const CORE_HEADER_BYTES = 12

type State = Record<'width' | 'height', number>

const BMP: StepFormat<State, 'header'> = {
  version: 1,
  start: () => ({ width: 0, height: 0 }),
  first: { step: 'header', take: HEADER_BYTES },
  steps: {
    header(bytes, state) {
      const isCore = uint32LittleEndian(bytes, 14) === CORE_HEADER_BYTES
      const readSide = isCore ? uint16LittleEndian : signed32LittleEndian
      state.width = readSide(bytes, 18)
      // The height is negative if the rows are stored from top to bottom.
      state.height = Math.abs(readSide(bytes, isCore ? 20 : 22))
      return undefined
    },
  },
  facts: ({ width, height }) => ({ container: 'bmp', ...sizeOf(width, height) }),
}

/** Reads a BMP: its width and height. */
export const createBmpReader: CreateFactsReader = (saved) => createStepReader(BMP, saved)

function signed32LittleEndian(bytes: Uint8Array, offset: number): number {
  return uint32LittleEndian(bytes, offset) | 0
}
