import type { CreateFactsReader } from '../facts-reader.ts'
import { createStepReader, sizeOf } from '../step-reader.ts'

/** Up to the height of the larger headers. https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types */
const HEADER_BYTES = 26
/** The size of BITMAPCOREHEADER, of OS/2, whose width and height have two bytes each. */
const CORE_HEADER_BYTES = 12

/** Reads a BMP: its width and height. */
export const createBmpReader: CreateFactsReader = (saved) =>
  createStepReader<'width' | 'height', 'header'>(
    {
      fields: { width: 0, height: 0 },
      first: { step: 'header', take: HEADER_BYTES },
      steps: {
        header(bytes, fields) {
          const isCore = bytes.getUint32(14, true) === CORE_HEADER_BYTES
          fields.width = isCore ? bytes.getUint16(18, true) : bytes.getInt32(18, true)
          // The height is negative if the rows are stored from top to bottom.
          fields.height = isCore ? bytes.getUint16(20, true) : Math.abs(bytes.getInt32(22, true))
          return undefined
        },
      },
      facts: ({ width, height }) => ({ container: 'bmp', ...sizeOf(width, height) }),
    },
    saved,
  )
